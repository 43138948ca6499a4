/* What the bar of time shows: lanes of moving, stays and gaps, or with many people how many are moving; and the hours. Pure. */
import type { PersonDay, Span } from './day'
import { movingSpans } from './player_clock'

/** More people than this are told as a number. */
export const LANES_UNTIL = 6

export interface Lane {
  n: number
  name: string
  moving: Span[]
  stays: Span[]
  gaps: Span[]
}

export const lanesOf = (people: readonly PersonDay[]): Lane[] =>
  people.map((person) => ({ n: person.n, name: person.about.name, moving: movingSpans(person), stays: person.stays, gaps: person.gaps }))

/** How many are moving in each of `bins` equal parts of the day, 0 to the number of people. */
export function movingCounts(people: readonly PersonDay[], endS: number, bins: number): number[] {
  const changes = new Int32Array(bins + 1)
  for (const person of people) {
    // Somebody who moves twice within a part counts once.
    const parts = new Set<number>()
    for (const { startS, endS: until } of movingSpans(person)) {
      for (let bin = Math.floor((startS / endS) * bins); bin <= Math.min(bins - 1, Math.floor((until / endS) * bins)); bin++) parts.add(bin)
    }
    parts.forEach((bin) => changes[bin]!++)
  }
  return [...changes.subarray(0, bins)]
}

const TICKS_S = [300, 600, 900, 1800, 3600, 7200, 10_800, 21_600]

/** Seconds of the day's clock at round times, at most about twelve of them. Shanghai is eight whole hours ahead: UTC is as round as its time. */
export function ticksOf(baseMs: number, endS: number): number[] {
  const step = TICKS_S.find((each) => endS / each <= 12) ?? 43_200
  const first = Math.ceil(baseMs / 1000 / step) * step - baseMs / 1000
  return Array.from({ length: Math.max(0, Math.floor((endS - first) / step) + 1) }, (_, n) => first + n * step)
}
