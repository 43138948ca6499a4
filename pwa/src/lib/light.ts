/* The light of a running clock: green, amber from 80 % of the time used, red past the deadline. */

export type Light = 'green' | 'amber' | 'red'

const AMBER_FROM = 0.8

/** null: no clock is running. Times as the API gives them (ISO 8601, UTC). */
export function lightOf(startsAt: string | null, dueAt: string | null, now: Date): Light | null {
  if (!dueAt) return null
  const due = Date.parse(dueAt)
  const time = now.getTime()
  if (time > due) return 'red'
  const start = startsAt ? Date.parse(startsAt) : due
  const used = due > start ? (time - start) / (due - start) : 0
  return used >= AMBER_FROM ? 'amber' : 'green'
}

const WORST_FIRST: readonly (Light | null)[] = ['red', 'amber', 'green', null]

export function worstFirst(a: Light | null, b: Light | null): number {
  return WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b)
}
