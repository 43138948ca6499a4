/* Whether a patrol may begin by what the phone was last told. */
import { expect, it } from 'vitest'
import { allowanceOf, type Patrolling } from './allowance'

const NOW = new Date('2026-11-20T02:00:00Z')
const told = (until: string | null, next: string | null, needed = false): Patrolling =>
  ({ consent: { text_version: 1, needed, agreed_at: null }, shift: { running_until: until, next_at: next } }) as Patrolling

it.each([
  ['nothing was ever told', null, false, 'unknown'],
  ['consent and a shift that runs', told('2026-11-20T10:00:00Z', null), false, 'yes'],
  ['no consent', told('2026-11-20T10:00:00Z', null, true), false, 'consent'],
  ['consent taken back without a signal', told('2026-11-20T10:00:00Z', null), true, 'consent'],
  ['a shift that has ended since', told('2026-11-20T01:00:00Z', '2026-11-20T23:00:00Z'), false, 'off_duty'],
  ['a next shift that has begun since', told('2026-11-19T10:00:00Z', '2026-11-20T01:00:00Z'), false, 'unknown'],
  ['the next shift to come', told(null, '2026-11-20T23:00:00Z'), false, 'off_duty'],
  ['no shift at all', told(null, null), false, 'off_duty'],
  ['yesterday’s shift and no word of another', told('2026-11-19T10:00:00Z', null), false, 'unknown'],
] as const)('%s', (_name, patrolling, owes, expected) => {
  expect(allowanceOf(patrolling, owes, NOW).kind).toBe(expected)
})
