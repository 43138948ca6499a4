/* Moments and days that an operator most often means, and reading what is typed. All are the town's wall clock. Pure. */
import { addDays, addMonths, dayAt, type Day } from '@/lib/days'

const MINUTE_MS = 60_000

/** The moment at which the town's clock shows this; China has one zone and no summer time. */
export function momentAt(day: Day, time: string): Date {
  return new Date(`${day}T${time}:00+08:00`)
}

/** The day and `HH:MM` that the town's clock shows. */
export function wallOf(at: Date): { day: Day; time: string } {
  return { day: dayAt(at), time: new Date(at.getTime() + 8 * 60 * MINUTE_MS).toISOString().slice(11, 16) }
}

export type MomentName = 'half_hour' | 'hour' | 'two_hours' | 'today_1730' | 'tomorrow_0930' | 'tomorrow_1730'
export interface NamedMoment {
  name: MomentName
  at: Date
}

/** `soon`: somebody is called to a place. Otherwise an answer is wanted. Nothing that is past or only minutes away. */
export function namedMoments(now: Date, soon: boolean): NamedMoment[] {
  const today = dayAt(now)
  const after = (minutes: number) => roundedUp(new Date(now.getTime() + minutes * MINUTE_MS))
  const evening: NamedMoment = { name: 'today_1730', at: momentAt(today, '17:30') }
  const morning: NamedMoment = { name: 'tomorrow_0930', at: momentAt(addDays(today, 1), '09:30') }
  const moments: NamedMoment[] = soon
    ? [{ name: 'half_hour', at: after(30) }, { name: 'hour', at: after(60) }, evening, morning]
    : [{ name: 'two_hours', at: after(120) }, evening, morning, { name: 'tomorrow_1730', at: momentAt(addDays(today, 1), '17:30') }]
  return moments.filter(({ at }) => at.getTime() - now.getTime() >= 15 * MINUTE_MS)
}

/** To the next five minutes: nobody says 14:37:12. */
function roundedUp(at: Date): Date {
  const five = 5 * MINUTE_MS
  return new Date(Math.ceil(at.getTime() / five) * five)
}

export type DayName = 'week' | 'month' | 'quarter'
export interface NamedDay {
  name: DayName
  day: Day
}

export function namedDays(now: Date): NamedDay[] {
  const today = dayAt(now)
  return [
    { name: 'week', day: addDays(today, 7) },
    { name: 'month', day: addMonths(today, 1) },
    { name: 'quarter', day: addMonths(today, 3) },
  ]
}

/** `YYYY-MM-DD` of a real day, or null. */
export function parseDay(typed: string): Day | null {
  const found = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(typed.trim())
  if (!found) return null
  const [, year = '', month = '', date = ''] = found
  const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`
  const at = new Date(`${day}T12:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day) ? day : null
}
