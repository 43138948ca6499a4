/* A track in pieces for the map: whole pieces are drawn once and only lit up as time goes by; the piece under way is made anew for each
   frame and is short. Between two runs there is no piece. Pure. */
import type { PersonDay, Way } from './day'
import { lastPoint, momentAt, runOf } from './moment'

/** Few enough points that a frame can rewrite the piece under way, enough that a day has few pieces. */
const PIECE_POINTS = 64

export interface Piece {
  person: number
  /** The piece has been walked when the clock shows this. */
  endS: number
  line: [number, number][]
}

export function piecesOf({ n, way }: PersonDay): Piece[] {
  const pieces: Piece[] = []
  for (let run = 0; run + 1 < way.runs.length; run++) {
    const end = way.runs[run + 1]!
    for (let first = way.runs[run]!; first + 1 < end; first += PIECE_POINTS) {
      const last = Math.min(first + PIECE_POINTS, end - 1)
      pieces.push({ person: n, endS: way.atS[last]!, line: line(way, first, last) })
    }
  }
  return pieces
}

/** The piece under way at a second, up to where the person is; empty while nobody knows, or when it is whole. */
export function pieceUntil(person: PersonDay, second: number): [number, number][] {
  const { way } = person
  const i = lastPoint(way.atS, second)
  if (i < 0) return []
  const run = runOf(way.runs, i)
  const from = way.runs[run]!
  const first = from + Math.floor((i - from) / PIECE_POINTS) * PIECE_POINTS
  if (i === way.runs[run + 1]! - 1) return []
  const now = momentAt(person, second)
  const points = line(way, first, i)
  if (now && now.state !== 'unknown') points.push([now.lng, now.lat])
  return points.length > 1 ? points : []
}

function line(way: Way, first: number, last: number): [number, number][] {
  const points: [number, number][] = []
  for (let i = first; i <= last; i++) points.push([way.lngE6[i]! / 1e6, way.latE6[i]! / 1e6])
  return points
}

/** Which of things that appear at sorted `times` change when the clock goes from one second to another: `[from, to)` of the list, and whether
    they are there afterwards. */
export function changedBetween(times: ArrayLike<number>, shown: number, second: number): { from: number; to: number; there: boolean } {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! <= second) low = middle + 1
    else high = middle
  }
  return low >= shown ? { from: shown, to: low, there: true } : { from: low, to: shown, there: false }
}
