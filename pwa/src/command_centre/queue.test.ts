import { describe, expect, it } from 'vitest'
import { exampleCase, fromNoon, NOON } from './example_cases'
import { countOf, inQueueOrder, isIn } from './queue'

const inTime = exampleCase('in-time')
const soon = exampleCase('soon', { warn_at: fromNoon(-10), due_at: fromNoon(10) })
const late = exampleCase('late', { warn_at: fromNoon(-9), due_at: fromNoon(-1) })
const later = exampleCase('later', { warn_at: fromNoon(-25), due_at: fromNoon(-20) })
const waiting = exampleCase('waiting', { status: 'pending_dispatch', squad: null, warn_at: fromNoon(11), due_at: fromNoon(14) })
const closed = exampleCase('closed', { status: 'closed', due_at: null })

describe('the order of the queue', () => {
  it('puts a case that waits for the operator above even the latest one', () => {
    expect(inQueueOrder([inTime, late, waiting], NOON).map((row) => row.code)).toEqual(['waiting', 'late', 'in-time'])
  })

  it('puts the worst light first and, of the same light, the earlier deadline', () => {
    expect(inQueueOrder([inTime, soon, late, later], NOON).map((row) => row.code)).toEqual(['later', 'late', 'soon', 'in-time'])
  })

  it('moves a case up when its time runs out', () => {
    const dayLong = exampleCase('day-long', { warn_at: fromNoon(20), due_at: fromNoon(100) })
    const first = (minutes: number) => inQueueOrder([inTime, dayLong], new Date(fromNoon(minutes)))[0]?.code
    expect(first(0)).toBe('in-time')
    // It is nearly late first, though it is due later.
    expect(first(40)).toBe('day-long')
  })

  it('puts cases without a clock last', () => {
    expect(inQueueOrder([closed, inTime], NOON).map((row) => row.code)).toEqual(['in-time', 'closed'])
  })
})

describe('the counters', () => {
  const rows = [inTime, soon, late, later, waiting, closed]

  it('count by state and by lateness', () => {
    expect(countOf('open', rows, NOON)).toBe(5)
    expect(countOf('handling', rows, NOON)).toBe(4)
    expect(countOf('pending_dispatch', rows, NOON)).toBe(1)
    expect(countOf('late', rows, NOON)).toBe(2)
  })

  it('never count a closed case as late', () => {
    expect(isIn('late', exampleCase('x', { status: 'closed', due_at: fromNoon(-5) }), NOON)).toBe(false)
  })
})
