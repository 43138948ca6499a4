import { expect, it } from 'vitest'
import { examplePerson } from './replay_example'
import { movingCounts, ticksOf } from './time_bar'

it('counts who moves in each part of the day, everybody once', () => {
  expect(movingCounts([examplePerson(), examplePerson(1)], 1300, 13)).toEqual([2, 2, 2, 2, 0, 0, 0, 0, 0, 2, 2, 2, 2])
})

it('has its ticks at round times', () => {
  const base = Date.parse('2026-11-23T00:50:00Z')
  expect(ticksOf(base, 4 * 3600).map((s) => new Date(base + s * 1000).toISOString().slice(11, 16))).toEqual(['01:00', '01:30', '02:00', '02:30', '03:00', '03:30', '04:00', '04:30'])
})
