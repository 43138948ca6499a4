import { describe, expect, it } from 'vitest'
import { dayWords, hoursWords, lengthWords } from './shift_words'

describe('a shift in words', () => {
  it('says when it ends on the next day', () => {
    expect(hoursWords({ starts: '08:00:00', ends: '20:00:00' })).toBe('08:00–20:00')
    expect(hoursWords({ starts: '20:00', ends: '08:00' })).toBe('20:00–次日08:00')
    expect(hoursWords({ starts: '16:00', ends: '00:00' })).toBe('16:00–次日00:00')
  })

  it('says how long it is', () => {
    expect(lengthWords({ starts: '20:00', ends: '08:00' })).toBe('12 小时')
    expect(lengthWords({ starts: '08:30', ends: '17:00' })).toBe('8 小时 30 分')
    expect(lengthWords({ starts: '23:30', ends: '00:15' })).toBe('45 分')
  })

  it('names today and tomorrow', () => {
    expect(dayWords('2026-11-23', '2026-11-23')).toBe('今天 周一')
    expect(dayWords('2026-11-24', '2026-11-23')).toBe('明天 周二')
    expect(dayWords('2026-11-29', '2026-11-23')).toBe('11月29日 周日')
  })
})
