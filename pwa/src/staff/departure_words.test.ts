import { describe, expect, it } from 'vitest'
import { leftWords } from './departure_words'

describe('when somebody leaves', () => {
  it('says the day as people do, before it and after it', () => {
    expect(leftWords({ left_on: '2026-11-30', present: true })).toBe('2026年11月30日后离开')
    expect(leftWords({ left_on: '2026-01-01', present: false })).toBe('2026年1月1日离开')
  })

  it('says nothing of those who stay', () => {
    expect(leftWords({ left_on: null, present: true })).toBe('')
  })
})
