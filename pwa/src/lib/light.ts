/* The light of a running clock: green, amber from four fifths of the time used, red past the deadline. The two moments are
   the server's: clocks run in working hours and may stand still, so they do not follow from the wall clock. */

export type Light = 'green' | 'amber' | 'red'

/** Times as the API gives them (ISO 8601, UTC). */
export interface Clock {
  warn_at: string | null
  due_at: string | null
}

/** null: no clock is running. */
export function lightOf({ warn_at: warnAt, due_at: dueAt }: Clock, now: Date): Light | null {
  if (!dueAt) return null
  const time = now.getTime()
  if (time > Date.parse(dueAt)) return 'red'
  return warnAt && time >= Date.parse(warnAt) ? 'amber' : 'green'
}

const WORST_FIRST: readonly (Light | null)[] = ['red', 'amber', 'green', null]

export function worstFirst(a: Light | null, b: Light | null): number {
  return WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b)
}
