/* The axis of time below the command view: which span it covers, and which moments lie on it. Pure; all are the town's wall clock. */
import { addDays, dayAt, type Day } from '@/lib/days'

const HOUR_MS = 3_600_000

export type SpanName = 'day' | 'week' | 'date'

/** From the first to the last moment that can be picked, in whole hours. */
export interface Span {
  from: Date
  to: Date
}

/** The last 24 hours, the last seven days, or the whole of a day as far as it is past. */
export function spanOf(name: SpanName, date: Day, now: Date): Span {
  const lastHour = wholeHour(now)
  if (name !== 'date') return { from: new Date(lastHour.getTime() - (name === 'day' ? 24 : 168) * HOUR_MS), to: lastHour }
  const from = midnight(date)
  const end = midnight(addDays(date, 1))
  return { from, to: end < lastHour ? end : new Date(Math.max(lastHour.getTime(), from.getTime())) }
}

export function hoursOf({ from, to }: Span): number {
  return Math.round((to.getTime() - from.getTime()) / HOUR_MS)
}

/** The moment so many hours after the beginning, kept within the span. */
export function momentOn(span: Span, hours: number): Date {
  return new Date(span.from.getTime() + Math.min(Math.max(Math.round(hours), 0), hoursOf(span)) * HOUR_MS)
}

export function hoursAt(span: Span, at: Date): number {
  return Math.min(Math.max(Math.round((at.getTime() - span.from.getTime()) / HOUR_MS), 0), hoursOf(span))
}

export interface Tick {
  at: Date
  /** How far along, in per cent. */
  percent: number
}

/** Every third hour of a day, every midnight of a week. */
export function ticksOf(span: Span): Tick[] {
  const hours = hoursOf(span)
  const every = hours > 30 ? 24 : 3
  const found: Tick[] = []
  for (let hour = 0; hour <= hours; hour++) {
    const at = momentOn(span, hour)
    if (wallHour(at) % every === 0) found.push({ at, percent: hours ? (hour / hours) * 100 : 0 })
  }
  return found
}

function wholeHour(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS)
}

function midnight(day: Day): Date {
  return new Date(`${day}T00:00:00+08:00`)
}

/** China has one zone, eight hours ahead. */
function wallHour(at: Date): number {
  return (at.getUTCHours() + 8) % 24
}

export function yesterday(now: Date): Day {
  return addDays(dayAt(now), -1)
}
