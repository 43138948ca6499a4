import { expect, it } from 'vitest'
import { enlargement, worstCases } from './big_screen'
import { exampleCase, fromNoon, NOON } from './example_cases'

it('is half as large again at 1920, three times at 4K, and never smaller than a desk', () => {
  expect([1280, 1920, 3840].map(enlargement)).toEqual([1, 1.5, 3])
})

it('shows what presses and nothing that is in time or has ended', () => {
  const rows = [
    exampleCase('in-time'),
    exampleCase('late', { due_at: fromNoon(-1) }),
    exampleCase('ended', { status: 'closed', severity: 'emergency', due_at: fromNoon(-1) }),
    exampleCase('waits', { status: 'pending_dispatch' }),
    exampleCase('emergency', { severity: 'emergency' }),
    exampleCase('soon', { warn_at: fromNoon(-1), due_at: fromNoon(9) }),
  ]
  expect(worstCases(rows, NOON).map(({ code }) => code)).toEqual(['emergency', 'waits', 'late', 'soon'])
})
