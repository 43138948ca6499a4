/* Days and moments as a person picks them, in the town's own time. Pure. */
import { addDays, type Day } from '@/lib/days'
import { c } from './words'

const LONGEST_DAYS = 365

/** What is wrong with the day on which a suspended case is to be resumed; empty if nothing is. */
export function dayFailure(day: string, today: Day): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return c('act.lacks_day')
  if (day <= today) return c('act.day_past')
  return day > addDays(today, LONGEST_DAYS) ? c('act.day_far') : ''
}

/** The value of a datetime-local field, which knows no zone, as ISO 8601; null while it is empty. */
export function momentOf(local: string): string | null {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(local) ? new Date(`${local.slice(0, 16)}:00+08:00`).toISOString() : null
}
