/* Where somebody is at a second of the replay, and how far they have come. One binary search each; pure. */
import type { GapSpan, PersonDay, Span, StaySpan, Way } from './day'

/** `before` the first point and `after` the last one a person is not on patrol, or nothing is known of it. */
export type State = 'before' | 'moving' | 'staying' | 'unknown' | 'after'

export interface Moment {
  state: State
  lng: number
  lat: number
  goneM: number
  /** What lasts at this second: the stay or the gap. */
  stay: StaySpan | null
  gap: GapSpan | null
}

/** The last point at or before a second; -1 before the first. */
export function lastPoint(atS: Int32Array, second: number): number {
  let low = 0
  let high = atS.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (atS[middle]! <= second) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The run to which a point belongs. */
export function runOf(runs: Int32Array, point: number): number {
  let low = 0
  let high = runs.length - 1
  while (low < high - 1) {
    const middle = (low + high) >> 1
    if (runs[middle]! <= point) low = middle
    else high = middle
  }
  return low
}

/** Null without any point. In a gap the place is the last known one, and nothing is gained on the way. */
export function momentAt(person: PersonDay, second: number): Moment | null {
  const { way } = person
  const last = way.atS.length - 1
  if (last < 0) return null
  const i = lastPoint(way.atS, second)
  const nothing = { stay: null, gap: null }
  if (i < 0) return { ...at(way, 0), state: 'before', goneM: 0, ...nothing }
  const gap = spanAt(person.gaps, second)
  const isOver = i === last && second > way.atS[last]!
  if (isOver) return { ...at(way, i), state: gap ? 'unknown' : 'after', goneM: gone(way, i), stay: null, gap }
  const endsRun = i === last || way.runs[runOf(way.runs, i) + 1]! === i + 1
  if (gap || (endsRun && second > way.atS[i]!)) return { ...at(way, i), state: 'unknown', goneM: gone(way, i), stay: null, gap }
  const stay = spanAt(person.stays, second)
  const share = endsRun ? 0 : (second - way.atS[i]!) / Math.max(1, way.atS[i + 1]! - way.atS[i]!)
  const next = endsRun ? i : i + 1
  return {
    state: stay ? 'staying' : 'moving',
    lng: between(way.lngE6[i]!, way.lngE6[next]!, share) / 1e6,
    lat: between(way.latE6[i]!, way.latE6[next]!, share) / 1e6,
    goneM: between(way.goneDm[i]!, way.goneDm[next]!, share) / 10,
    stay,
    gap: null,
  }
}

const between = (a: number, b: number, share: number): number => a + (b - a) * share
const at = (way: Way, i: number) => ({ lng: way.lngE6[i]! / 1e6, lat: way.latE6[i]! / 1e6 })
const gone = (way: Way, i: number): number => way.goneDm[i]! / 10

/** The span that holds a second, of spans in order that do not overlap. */
export function spanAt<T extends Span>(spans: readonly T[], second: number): T | null {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.startS <= second) low = middle + 1
    else high = middle
  }
  const span = spans[low - 1]
  return span && second < span.endS ? span : null
}
