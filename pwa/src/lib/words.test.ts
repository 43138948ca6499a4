import { afterEach, describe, expect, it } from 'vitest'
import { language } from '@/locales/t'
import { distanceM, distanceWords } from './distance'
import { lightOf } from './light'
import { agoWords, clockTime, dayAndTime, deadlineWords } from './time_words'

const at = (iso: string): Date => new Date(iso)
const NOON = at('2026-11-20T04:00:00Z') // 12:00 in Jiangyin

afterEach(() => (language.value = 'zh-CN'))

describe('times are the town’s, whatever the zone of the phone', () => {
  it.each([
    ['2026-11-20T03:59:30Z', '刚刚'],
    ['2026-11-20T04:00:20Z', '刚刚'],
    ['2026-11-20T03:57:00Z', '3 分钟前'],
    ['2026-11-20T02:02:00Z', '今天 10:02'],
    ['2026-11-19T16:10:00Z', '今天 00:10'],
    ['2026-11-19T15:50:00Z', '昨天 23:50'],
    ['2026-11-08T01:15:00Z', '11月8日 09:15'],
    ['2025-11-08T01:15:00Z', '2025年11月8日 09:15'],
  ])('%s', (iso, words) => expect(agoWords(at(iso), NOON)).toBe(words))

  it('a deadline tomorrow', () => expect(dayAndTime(at('2026-11-21T01:30:00Z'), NOON)).toBe('明天 09:30'))
  it('midnight is 00:00', () => expect(clockTime(at('2026-11-19T16:00:00Z'))).toBe('00:00'))
  it('in English', () => {
    language.value = 'en'
    expect(agoWords(at('2026-11-20T03:57:00Z'), NOON)).toBe('3 min ago')
  })
})

describe('deadlines', () => {
  it.each([
    ['2026-11-20T04:18:40Z', '剩 18 分'],
    ['2026-11-20T04:00:10Z', '剩 1 分'],
    ['2026-11-20T03:48:00Z', '超 12 分'],
    ['2026-11-20T07:20:00Z', '剩 3 小时 20 分'],
    ['2026-11-21T04:30:00Z', '剩 24 小时'],
    ['2026-11-23T04:00:00Z', '剩 3 天'],
  ])('%s', (iso, words) => expect(deadlineWords(at(iso), NOON)).toBe(words))
})

describe('the light', () => {
  const clock = { warn_at: '2026-11-20T05:20:00Z', due_at: '2026-11-20T05:40:00Z' }
  it.each([
    ['2026-11-20T05:19:59Z', 'green'],
    ['2026-11-20T05:20:00Z', 'amber'],
    ['2026-11-20T05:40:00Z', 'amber'],
    ['2026-11-20T05:40:01Z', 'red'],
  ])('at %s', (iso, light) => expect(lightOf(clock, at(iso))).toBe(light))
  it('follows the server’s working hours, not the wall: a night between start and deadline uses no time', () => {
    const overNight = { warn_at: '2026-11-21T01:30:00Z', due_at: '2026-11-21T02:00:00Z' }
    expect(lightOf(overNight, at('2026-11-21T00:59:00Z'))).toBe('green')
  })
  it('is out when no clock runs', () => expect(lightOf({ warn_at: null, due_at: null }, NOON)).toBeNull())
})

describe('distances', () => {
  it('one minute of latitude is a nautical mile, 1852 m, within half a percent', () => {
    expect(Math.abs(distanceM({ lng: 120.3, lat: 31.8 }, { lng: 120.3, lat: 31.8 + 1 / 60 }) / 1852 - 1)).toBeLessThan(0.005)
  })
  it.each([
    [8.4, '8 m'],
    [317, '320 m'],
    [996, '1.0 km'],
    [2310, '2.3 km'],
    [14_200, '14 km'],
  ])('%d', (metres, words) => expect(distanceWords(metres)).toBe(words))
})
