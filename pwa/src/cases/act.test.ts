import { describe, expect, it } from 'vitest'
import type { OutboxItem } from '@/offline/outbox'
import { needsSheet } from './act'
import { forecast } from './forecast'
import { layOut } from './order'
import type { AllowedAction, CaseSummary } from './names'

const step = (action: string, over: object = {}) =>
  ({ action, label: action, words: 'none', photos_min: 0, photos_max: 0, squad: 'none', asks: [], reasons: [], ...over }) as unknown as AllowedAction
const caseWith = (status: string, ...steps: AllowedAction[]) => ({ id: 'c1', status, allowed_actions: steps }) as unknown as CaseSummary
let made = 0
const queued = (action: string, waiting = 'network', caseId = 'c1') =>
  ({ id: `0${made++}`, kind: 'action', caseId, waiting, body: { action } }) as unknown as OutboxItem

const NEEDS = { photosAfter: 1, reviewed: false }
const after = (it: CaseSummary, ...unsent: OutboxItem[]) => forecast(it, unsent, NEEDS)
const names = (it: CaseSummary, ...unsent: OutboxItem[]) => after(it, ...unsent).steps.map((one) => one.action)

const PENDING = caseWith('pending_ack', step('acknowledge'), step('send_back', { asks: ['reason'] }))
const HANDLING = caseWith('handling', step('arrive'), step('feedback'), step('ask_extension'), step('dispatch', { asks: ['squad'] }))

describe('work goes on without a signal, step by step', () => {
  it('an accepted case may be arrived at and finished', () => {
    const taken = after(PENDING, queued('acknowledge'))
    expect(taken.status).toBe('handling')
    expect(taken.steps.map((one) => one.action)).toEqual(['arrive', 'feedback'])
    expect(taken.steps[1]).toMatchObject({ words: 'required', photos_min: 1, photos_max: 9 })
    expect(names(PENDING, queued('acknowledge'), queued('arrive'))).toEqual(['feedback'])
  })
  it('once it is handed in, nothing more is offered, and it waits for inspection or for the leader', () => {
    const done = [queued('acknowledge'), queued('arrive'), queued('feedback')]
    expect(after(PENDING, ...done)).toMatchObject({ status: 'pending_inspection', steps: [] })
    expect(forecast(PENDING, done, { ...NEEDS, reviewed: true }).status).toBe('pending_review')
    expect(after(PENDING, ...done).unsent).toEqual(['acknowledge', 'arrive', 'feedback'])
  })
  it('asking for more time leaves the rest as it was', () => {
    expect(after(HANDLING, queued('ask_extension'))).toMatchObject({ status: 'handling' })
    expect(names(HANDLING, queued('ask_extension'))).toEqual(['arrive', 'feedback'])
  })
  it('a part of our own goes beside the case', () => {
    const it_ = caseWith('handling', step('co_acknowledge'))
    expect(names(it_, queued('co_acknowledge'))).toEqual(['co_arrive', 'co_feedback'])
    expect(names(it_, queued('co_acknowledge'), queued('co_arrive'))).toEqual(['co_feedback'])
  })
})

describe('a forecast never goes beyond what may arrive', () => {
  it('a refused step, what waits behind it, and another case change nothing', () => {
    const refused = queued('acknowledge', 'refused')
    expect(after(PENDING, refused, queued('arrive'), queued('feedback', 'network', 'c2'))).toMatchObject({ status: 'pending_ack', unsent: [] })
    expect(names(PENDING, refused)).toEqual(['acknowledge', 'send_back'])
  })
  it('steps that name a squad belong to the desk', () => expect(names(HANDLING)).not.toContain('dispatch'))
})

describe('on the screen', () => {
  const laid = (...actions: string[]) => {
    const { main, beside, more } = layOut(actions.map((one) => step(one)))
    return [main?.action ?? null, beside.map((one) => one.action), more.map((one) => one.action)]
  }
  it.each([
    [['acknowledge', 'send_back', 'ask_extension'], ['acknowledge', [], ['send_back', 'ask_extension']]],
    [['arrive', 'feedback', 'send_back'], ['arrive', ['feedback'], ['send_back']]],
    [['pass', 'fail', 'remind'], ['pass', ['fail'], ['remind']]],
    [['verify_found', 'verify_absent', 'verify_unable'], ['verify_found', ['verify_absent', 'verify_unable'], []]],
    [['feedback', 'ask_suspension', 'reply_supervision', 'raise_tier'], ['feedback', [], ['reply_supervision', 'ask_suspension', 'raise_tier']]],
    [['remind'], [null, [], ['remind']]],
  ])('%j', (actions, expected) => expect(laid(...actions)).toEqual(expected))
  it('one tap is enough for what asks for nothing', () => {
    expect(needsSheet(step('acknowledge'))).toBe(false)
    expect(needsSheet(step('remind', { words: 'optional' }))).toBe(true)
    expect(needsSheet(step('ask_suspension', { asks: ['day'] }))).toBe(true)
  })
})
