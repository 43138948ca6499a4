/* Days, shifts and lists of names as people say them; on the phone and at the desk. */
import { addDays, weekdayOf, type Day } from '@/lib/days'
import { language, t, type WordKey } from '@/locales/t'
import { crossesMidnight, lengthMinutes, type ShiftTimes } from './rota_layout'

/** 周一 */
export function weekdayWords(weekday: number): string {
  return t(`weekday.${weekday}` as WordKey)
}

/** 11月23日 */
export function dateWords(day: Day): string {
  const [year, month, date] = day.split('-').map(Number)
  return t('time.date', { year: year!, month: language.value === 'en' ? day.slice(5, 7) : month!, day: date! })
}

/** 今天 周一, 明天 周二, 11月25日 周三 */
export function dayWords(day: Day, today: Day): string {
  const name = day === today ? t('time.today') : day === addDays(today, 1) ? t('time.tomorrow') : dateWords(day)
  return `${name} ${weekdayWords(weekdayOf(day))}`
}

/** 20:00 */
export function hourWords(time: string): string {
  return time.slice(0, 5)
}

/** 08:00–20:00, 20:00–次日08:00 */
export function hoursWords(shift: Pick<ShiftTimes, 'starts' | 'ends'>): string {
  const ends = hourWords(shift.ends)
  return `${hourWords(shift.starts)}–${crossesMidnight(shift) ? t('shift.next_day', { at: ends }) : ends}`
}

/** 12 小时, 8 小时 30 分 */
export function lengthWords(shift: Pick<ShiftTimes, 'starts' | 'ends'>): string {
  const minutes = lengthMinutes(shift)
  const hours = Math.floor(minutes / 60)
  if (!hours) return t('time.minutes', { n: minutes })
  return minutes % 60 ? t('time.hours_minutes', { h: hours, m: minutes % 60 }) : t('time.hours', { n: hours })
}

/** 执法队员 001、执法队员 002 */
export function namesWords(people: { name: string }[]): string {
  return people.map(({ name }) => name).join(t('names.between'))
}
