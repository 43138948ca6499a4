/* The player's clock: how far it goes in a frame, at which speeds, and what it leaves out when stops are skipped. Pure. */
import type { PersonDay, Span } from './day'

export const SPEEDS = [1, 10, 60, 300, 600] as const
export type Speed = (typeof SPEEDS)[number]

/** Shorter stops are not worth a leap. */
const SHORTEST_SKIP_S = 60

/** The next slower (-1) or faster (1) speed, or the same at either end. */
export function nextSpeed(speed: Speed, by: -1 | 1): Speed {
  return SPEEDS[SPEEDS.indexOf(speed) + by] ?? speed
}

/** Where the clock stands after `realMs`. A frame that came late, as in a hidden tab, counts for a quarter of a second. */
export function advance(second: number, realMs: number, speed: Speed, skips: readonly Span[]): number {
  return pastSkips(second + (Math.min(realMs, 250) / 1000) * speed, skips)
}

/** The same second, or the end of the stop in which it lies. */
export function pastSkips(second: number, skips: readonly Span[]): number {
  let low = 0
  let high = skips.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (skips[middle]!.startS <= second) low = middle + 1
    else high = middle
  }
  const skip = skips[low - 1]
  return skip && second < skip.endS ? skip.endS : second
}

/** When none of these people is seen moving: stays and gaps of all of them at once, and time before and after. */
export function quietSpans(people: readonly PersonDay[], endS: number): Span[] {
  const moving = merged(people.flatMap(movingSpans))
  const quiet: Span[] = []
  let fromS = 0
  for (const span of [...moving, { startS: endS, endS }]) {
    if (span.startS - fromS >= SHORTEST_SKIP_S) quiet.push({ startS: fromS, endS: span.startS })
    fromS = Math.max(fromS, span.endS)
  }
  return quiet
}

/** The runs of a track less the stays within them. */
export function movingSpans({ way, stays }: PersonDay): Span[] {
  const moving: Span[] = []
  for (let run = 0; run + 1 < way.runs.length; run++) {
    let fromS = way.atS[way.runs[run]!]!
    const untilS = way.atS[way.runs[run + 1]! - 1]!
    for (const stay of stays) {
      if (stay.endS <= fromS || stay.startS >= untilS) continue
      if (stay.startS > fromS) moving.push({ startS: fromS, endS: stay.startS })
      fromS = stay.endS
    }
    if (untilS > fromS) moving.push({ startS: fromS, endS: untilS })
  }
  return moving
}

function merged(spans: Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans.toSorted((a, b) => a.startS - b.startS)) {
    const last = result.at(-1)
    if (last && span.startS <= last.endS) last.endS = Math.max(last.endS, span.endS)
    else result.push({ ...span })
  }
  return result
}

/** The player's time in a link: `14:02:21` of the day, beyond 24 after midnight. */
export function timeInLink(baseMs: number, onDay: string, second: number): string {
  const sinceMidnightS = Math.floor(baseMs / 1000 + second - midnightS(onDay))
  return [sinceMidnightS / 3600, (sinceMidnightS / 60) % 60, sinceMidnightS % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':')
}

/** The second that a link names; null if it names none. */
export function secondOfLink(baseMs: number, onDay: string, words: string | undefined): number | null {
  const found = /^(\d{1,2}):(\d{2}):(\d{2})$/.exec(words ?? '')
  if (!found) return null
  const sinceMidnightS = Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3])
  return midnightS(onDay) + sinceMidnightS - baseMs / 1000
}

const midnightS = (onDay: string): number => Date.parse(`${onDay}T00:00:00+08:00`) / 1000
