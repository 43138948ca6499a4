import { describe, expect, it } from 'vitest'
import { hoursAt, hoursOf, momentOn, spanOf, ticksOf } from './axis'

const NOW = new Date('2026-11-29T02:40:00Z') // 10:40 in the town

describe('the axis of time', () => {
  it('covers whole hours up to the last one that is over', () => {
    const day = spanOf('day', '2026-11-28', NOW)
    expect(day.from.toISOString()).toBe('2026-11-28T02:00:00.000Z')
    expect(day.to.toISOString()).toBe('2026-11-29T02:00:00.000Z')
    expect(hoursOf(spanOf('week', '2026-11-28', NOW))).toBe(168)
  })

  it('covers a date from midnight to midnight in the town, and today only as far as it is past', () => {
    const before = spanOf('date', '2026-11-27', NOW)
    expect([before.from.toISOString(), hoursOf(before)]).toEqual(['2026-11-26T16:00:00.000Z', 24])
    expect(hoursOf(spanOf('date', '2026-11-29', NOW))).toBe(10)
    expect(hoursOf(spanOf('date', '2026-11-30', NOW))).toBe(0)
  })

  it('steps by the hour and stays within', () => {
    const span = spanOf('day', '2026-11-28', NOW)
    expect(momentOn(span, 23).toISOString()).toBe('2026-11-29T01:00:00.000Z')
    expect(momentOn(span, 99)).toEqual(span.to)
    expect(momentOn(span, -1)).toEqual(span.from)
    for (const hours of [0, 7, 24]) expect(hoursAt(span, momentOn(span, hours))).toBe(hours)
    expect(hoursAt(span, new Date('2026-01-01T00:00:00Z'))).toBe(0)
  })

  it('marks every third hour of a day and every midnight of a week', () => {
    expect(ticksOf(spanOf('date', '2026-11-27', NOW)).map(({ percent }) => percent)).toEqual([0, 12.5, 25, 37.5, 50, 62.5, 75, 87.5, 100])
    expect(ticksOf(spanOf('week', '2026-11-28', NOW))).toHaveLength(7)
  })
})
