/* Calendar days of the town as `YYYY-MM-DD`, and arithmetic on them. A day here is a name, not a moment: no time zone can
   shift it. Pure. */

export type Day = string

const inShanghai = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit' })

/** The town's calendar day at a moment. */
export function dayAt(at: Date): Day {
  return inShanghai.format(at)
}

const noonUtc = (day: Day): Date => new Date(`${day}T12:00:00Z`)

export function addDays(day: Day, days: number): Day {
  const at = noonUtc(day)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** The same day of another month, or that month's last day. */
export function addMonths(day: Day, months: number): Day {
  const at = noonUtc(day)
  const wanted = at.getUTCDate()
  at.setUTCDate(1)
  at.setUTCMonth(at.getUTCMonth() + months + 1, 0)
  at.setUTCDate(Math.min(wanted, at.getUTCDate()))
  return at.toISOString().slice(0, 10)
}

/** Monday = 0. */
export function weekdayOf(day: Day): number {
  return (noonUtc(day).getUTCDay() + 6) % 7
}

export function mondayOf(day: Day): Day {
  return addDays(day, -weekdayOf(day))
}

export function daysFrom(first: Day, count: number): Day[] {
  return Array.from({ length: count }, (_, n) => addDays(first, n))
}

/** The weeks (Monday to Sunday) that a month touches, as one list of days. */
export function daysOfMonthSheet(day: Day): Day[] {
  const first = mondayOf(`${day.slice(0, 7)}-01`)
  const last = addDays(addMonths(`${day.slice(0, 7)}-01`, 1), -1)
  const weeks = Math.ceil((noonUtc(last).getTime() - noonUtc(first).getTime() + 86_400_000) / (7 * 86_400_000))
  return daysFrom(first, weeks * 7)
}
