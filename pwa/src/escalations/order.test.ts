import { expect, test } from 'vitest'
import type { Escalation } from './inbox'
import { worstFirst } from './order'

const told = (step: string, more: Partial<Escalation>): Escalation =>
  ({ step, case_id: step, severity: 'normal', percent: 80, sent_at: '2026-11-23T02:00:00Z', ...more }) as Escalation

test('an emergency comes first, then what has used most of its time, then the newest', () => {
  const found = worstFirst([
    told('soon', {}),
    told('newer', { sent_at: '2026-11-23T03:00:00Z' }),
    told('late', { percent: 150 }),
    told('emergency', { severity: 'emergency', percent: null }),
  ])
  expect(found.map((one) => one.step)).toEqual(['emergency', 'late', 'newer', 'soon'])
})

test('of several about one case only the worst is shown', () => {
  const found = worstFirst([told('soon', { case_id: 'one' }), told('late', { case_id: 'one', percent: 150 }), told('other', {})])
  expect(found.map((one) => one.step)).toEqual(['late', 'other'])
})
