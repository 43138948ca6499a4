import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { unattended, useAlarm } from './alarm'
import { exampleCase, fromNoon } from './example_cases'
import type { LiveCases } from './live_cases'

const first = exampleCase('first', { severity: 'emergency', status: 'pending_ack', opened_at: fromNoon(-30) })
const second = exampleCase('second', { severity: 'emergency', status: 'pending_filing', opened_at: fromNoon(-5) })

let tones = 0
class Context {
  state = 'suspended'
  currentTime = 0
  destination = {}
  resume = () => ((this.state = 'running'), Promise.resolve())
  suspend = () => Promise.resolve()
  close = () => Promise.resolve()
  createGain = () => ({ gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect() {} })
  createOscillator = () => ({ frequency: {}, connect() {}, start: () => tones++, stop() {} })
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('AudioContext', Context)
  localStorage.clear()
  tones = 0
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('rings for emergencies that no squad has accepted, the one that waits longest first', () => {
  const accepted = exampleCase('accepted', { severity: 'emergency', status: 'handling' })
  expect(unattended([second, accepted, exampleCase('urgent', { severity: 'urgent', status: 'pending_ack' }), first], new Set())).toEqual([first, second])
  expect(unattended([first, second], new Set([first.id]))).toEqual([second])
})

function desk() {
  const live = { rows: shallowRef([first]), attended: shallowRef(null) }
  const scope = effectScope()
  const alarm = scope.run(() => useAlarm(live as unknown as LiveCases, 'somebody'))!
  return { live, scope, alarm }
}

it('is silent until somebody turns it on, then rings until the case is opened or muted, and stops with its screen', async () => {
  const { live, scope, alarm } = desk()
  window.dispatchEvent(new Event('pointerdown'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect([tones, alarm.sound.value]).toEqual([0, 'off'])

  alarm.turn(true)
  await vi.advanceTimersByTimeAsync(6_000)
  expect(alarm.sound.value).toBe('on')
  expect(tones).toBeGreaterThan(4)

  alarm.mute(first.id)
  await nextTick()
  const heard = tones
  await vi.advanceTimersByTimeAsync(10_000)
  expect(tones).toBe(heard)
  expect(alarm.cases.value).toEqual([first])

  live.rows.value = [first, second]
  await vi.advanceTimersByTimeAsync(3_000)
  expect(tones).toBeGreaterThan(heard)
  live.attended.value = { case_id: second.id, by: '值班员 201' } as never
  await nextTick()
  expect(alarm.cases.value).toEqual([first])
  expect(alarm.note.value).toBe('值班员 201')

  live.rows.value = [exampleCase('third', { severity: 'emergency', status: 'verifying' })]
  await nextTick()
  scope.stop()
  const last = tones
  await vi.advanceTimersByTimeAsync(10_000)
  expect(tones).toBe(last)
})

it('remembers on this screen that it was turned on, and what was looked after; a reload waits for a gesture', async () => {
  const before = desk()
  before.alarm.turn(true)
  before.live.attended.value = { case_id: first.id, by: '' } as never
  await nextTick()
  before.scope.stop()
  const after = desk()
  expect(after.alarm.sound.value).toBe('waits')
  expect(after.alarm.cases.value).toEqual([])
  window.dispatchEvent(new KeyboardEvent('keydown'))
  await vi.advanceTimersByTimeAsync(0)
  expect(after.alarm.sound.value).toBe('on')
  after.scope.stop()
})
