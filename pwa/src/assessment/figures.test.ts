import { describe, expect, it } from 'vitest'
import { language } from '@/locales/t'
import { preset, rowFilter, yearBefore } from './asked'
import { compareValues, moveOf, ofWords, valueOf, valueWords } from './figures'

language.value = 'zh-CN'

describe('a figure in words', () => {
  it('is a rate with its numbers, a plain count, or a dash where nothing was to be counted', () => {
    expect(valueWords({ part: 911, whole: 972 })).toBe('93.7%')
    expect(ofWords({ part: 911, whole: 972 })).toBe('911/972')
    expect(valueWords({ part: 1054, whole: null })).toBe('1054')
    expect(valueWords({ part: 0, whole: 0 })).toBe('—')
    expect(valueWords({ part: 0, whole: 5 })).toBe('0.0%')
    expect(ofWords({ part: 0, whole: 0 })).toBe('')
    expect(valueOf(undefined)).toBeNull()
  })
})

describe('how it moved', () => {
  const half = { part: 1, whole: 2 }
  const most = { part: 3, whole: 4 }
  it('is better or worse by the indicator’s own direction', () => {
    expect(moveOf(most, half, 'up')).toEqual({ words: '升 25.0 点', tone: 'good' })
    expect(moveOf(half, most, 'up')).toEqual({ words: '降 25.0 点', tone: 'bad' })
    expect(moveOf(most, half, 'down')).toEqual({ words: '升 25.0 点', tone: 'bad' })
    expect(moveOf(most, half, 'none')).toEqual({ words: '升 25.0 点', tone: 'plain' })
    expect(moveOf(half, half, 'up').words).toBe('与上期持平')
  })
  it('says nothing where one of the two is unknown', () => {
    expect(moveOf({ part: 0, whole: 0 }, half, 'up').words).toBe('')
    expect(moveOf(half, { part: 0, whole: 0 }, 'up').words).toBe('')
  })
  it('counts cases, without a judgement', () => {
    expect(moveOf({ part: 12, whole: null }, { part: 9, whole: null }, 'none')).toEqual({ words: '比上期多 3', tone: 'plain' })
    expect(moveOf({ part: 9, whole: null }, { part: 12, whole: null }, 'none').words).toBe('比上期少 3')
  })
})

describe('order', () => {
  it('puts the unknown below everything', () => {
    expect([0.5, null, 0, 1].sort(compareValues)).toEqual([null, 0, 0.5, 1])
  })
})

describe('periods', () => {
  it.each([
    ['this_week', '2026-11-23', '2026-11-29'],
    ['last_week', '2026-11-16', '2026-11-22'],
    ['this_month', '2026-11-01', '2026-11-30'],
    ['last_month', '2026-10-01', '2026-10-31'],
    ['this_quarter', '2026-10-01', '2026-12-31'],
    ['this_year', '2026-01-01', '2026-12-31'],
  ] as const)('%s', (name, from, to) => {
    expect(preset(name, '2026-11-29')).toEqual({ from, to })
  })
  it('looks twelve months back', () => {
    expect(yearBefore({ from: '2026-02-01', to: '2026-02-28' })).toEqual({ from: '2025-03-01', to: '2026-02-28' })
  })
})

describe('a row adds its own filter', () => {
  it('as the API names it', () => {
    expect(rowFilter('village', '320281104206')).toEqual({ within: '320281104206' })
    expect(rowFilter('major', 'E01')).toEqual({ matter: ['E01'] })
    expect(rowFilter('squad', 'xxk-squad-1')).toEqual({ squad: 'xxk-squad-1' })
    expect(rowFilter('severity', 'urgent')).toEqual({ severity: ['urgent'] })
  })
})
