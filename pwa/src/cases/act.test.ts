import { expect, it } from 'vitest'
import type { OutboxItem } from '@/offline/outbox'
import { offered } from './act'
import { byLight } from './lists'
import type { CaseSummary } from './names'

const step = (action: string, squad = 'none') => ({ action, label: action, words: 'none', photos_min: 0, photos_max: 0, squad })
const CASE = { id: 'c1', allowed_actions: [step('arrive'), step('feedback'), step('dispatch', 'required')] } as unknown as CaseSummary
const queued = (caseId: string, action: string, waiting = 'network') => ({ kind: 'action', caseId, waiting, body: { action } }) as OutboxItem

const names = (waiting: OutboxItem[]) => offered(CASE, waiting).map((one) => one.action)

it('handling may be recorded while the arrival still waits to be sent', () => {
  expect(names([queued('c1', 'arrive')])).toEqual(['feedback'])
})

it('nothing is offered on top of a step that will change the state', () => {
  expect(names([queued('c1', 'feedback')])).toEqual([])
})

it('a refused step, or one on another case, changes nothing', () => {
  expect(names([queued('c1', 'feedback', 'refused'), queued('c2', 'feedback')])).toEqual(['arrive', 'feedback'])
})

it('steps that need the choice of a squad belong to the desk', () => {
  expect(names([])).not.toContain('dispatch')
})

it('tasks: overdue first, then nearly due, then by the server’s order', () => {
  const hour = 3_600_000
  const clock = (id: string, startH: number, dueH: number): CaseSummary =>
    ({ id, starts_at: new Date(Date.now() + startH * hour).toISOString(), due_at: new Date(Date.now() + dueH * hour).toISOString() }) as CaseSummary
  const items = [clock('green', 0, 10), clock('late', -5, -1), clock('soon', -9, 1), clock('green too', 0, 20)]
  expect(byLight(items).map((it) => it.id)).toEqual(['late', 'soon', 'green', 'green too'])
})
