import { describe, expect, it } from 'vitest'
import { addDays, addMonths, dayAt, daysOfMonthSheet, mondayOf, weekdayOf } from './days'

describe('calendar days', () => {
  it('are the town’s, not the phone’s', () => {
    expect(dayAt(new Date('2026-11-23T15:59:59Z'))).toBe('2026-11-23')
    expect(dayAt(new Date('2026-11-23T16:00:00Z'))).toBe('2026-11-24')
  })

  it('step over ends of months and years', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(addDays('2028-03-01', -1)).toBe('2028-02-29')
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28')
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15')
  })

  it('begin the week on Monday', () => {
    expect(weekdayOf('2026-11-23')).toBe(0)
    expect(mondayOf('2026-11-29')).toBe('2026-11-23')
  })

  it('fill whole weeks of a month', () => {
    const november = daysOfMonthSheet('2026-11-23')
    expect([november[0], november.at(-1), november.length]).toEqual(['2026-10-26', '2026-12-06', 42])
    expect(daysOfMonthSheet('2027-02-10')).toHaveLength(28)
  })
})
