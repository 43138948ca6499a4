/* Times as people say them, in the town's own time zone whatever the phone's is set to. */
import { t, language } from '@/locales/t'

const ZONE = 'Asia/Shanghai'
const MINUTE_S = 60
const HOUR_S = 3_600
const DAY_S = 86_400

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

interface Wall {
  year: string
  month: string
  day: string
  time: string
  seconds: string
}

function wall(at: Date): Wall {
  const found = Object.fromEntries(parts.formatToParts(at).map((part) => [part.type, part.value]))
  const time = `${found['hour']}:${found['minute']}`
  return { year: found['year']!, month: found['month']!, day: found['day']!, time, seconds: `${time}:${found['second']}` }
}

const dayOf = (w: Wall): string => `${w.year}-${w.month}-${w.day}`

/** 14:02 */
export function clockTime(at: Date): string {
  return wall(at).time
}

/** 14:02:21 */
export function clockTimeSeconds(at: Date): string {
  return wall(at).seconds
}

function dayWords(at: Date, now: Date): string {
  const day = wall(at)
  const today = wall(now)
  if (dayOf(day) === dayOf(today)) return t('time.today')
  if (dayOf(day) === dayOf(wall(new Date(now.getTime() - DAY_S * 1000)))) return t('time.yesterday')
  if (dayOf(day) === dayOf(wall(new Date(now.getTime() + DAY_S * 1000)))) return t('time.tomorrow')
  const date = { year: day.year, month: language.value === 'en' ? day.month : Number(day.month), day: Number(day.day) }
  return day.year === today.year ? t('time.date', date) : t('time.date_of_year', date)
}

/** 12月5日, for a day as the API gives it (YYYY-MM-DD). */
export function dateWords(day: string): string {
  const [year, month = '', date = ''] = day.split('-')
  const isEnglish = language.value === 'en'
  return t('time.date', { year: year ?? '', month: isEnglish ? month : Number(month), day: Number(date) })
}

/** 今天 14:02, 昨天 09:15, 11月20日 09:15, 2025年11月20日 09:15 */
export function dayAndTime(at: Date, now: Date): string {
  return t('time.day_and_time', { day: dayWords(at, now), time: clockTime(at) })
}

/** 刚刚, 3 分钟前, then as dayAndTime. A time a little in the future is a clock that is off: 刚刚. */
export function agoWords(at: Date, now: Date): string {
  const ageS = (now.getTime() - at.getTime()) / 1000
  if (ageS < MINUTE_S) return t('time.just_now')
  if (ageS < HOUR_S) return t('time.minutes_ago', { n: Math.floor(ageS / MINUTE_S) })
  return dayAndTime(at, now)
}

/** 18 分, 3 小时, 3 小时 20 分 (under 6 h), 2 天 */
export function durationWords(seconds: number): string {
  const minutes = Math.floor(seconds / MINUTE_S)
  if (minutes < 60) return t('time.minutes', { n: Math.max(1, minutes) })
  const hours = Math.floor(minutes / 60)
  if (hours < 6 && minutes % 60) return t('time.hours_minutes', { h: hours, m: minutes % 60 })
  if (hours < 48) return t('time.hours', { n: hours })
  return t('time.days', { n: Math.floor(hours / 24) })
}

/** 剩 18 分 / 超 12 分 */
export function deadlineWords(dueAt: Date, now: Date): string {
  const leftS = (dueAt.getTime() - now.getTime()) / 1000
  return leftS >= 0 ? t('time.left', { d: durationWords(leftS) }) : t('time.over', { d: durationWords(-leftS) })
}
