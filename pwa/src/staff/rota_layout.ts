/* Where the shifts of a rota stand in a calendar: pieces by day, in lanes beside each other where they overlap. Pure.
   A shift that crosses midnight has a piece on each of its two days. */
import { addDays, type Day } from '@/lib/days'

export interface ShiftTimes {
  /** The local day on which it begins. */
  on: Day
  /** Local times `HH:MM` or `HH:MM:SS`; `ends` at or before `starts` means the next day. */
  starts: string
  ends: string
}

export interface Piece<Shift extends ShiftTimes> {
  shift: Shift
  /** Minutes of the day, 0 to 1440. */
  from: number
  to: number
  /** It began the day before, or goes on the day after. */
  isTail: boolean
  goesOn: boolean
  lane: number
  lanes: number
}

const DAY_MINUTES = 1440

export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

export function crossesMidnight({ starts, ends }: Pick<ShiftTimes, 'starts' | 'ends'>): boolean {
  return minutesOf(ends) <= minutesOf(starts)
}

/** How long it lasts; a shift that ends when it starts lasts a whole day. */
export function lengthMinutes(shift: Pick<ShiftTimes, 'starts' | 'ends'>): number {
  return minutesOf(shift.ends) - minutesOf(shift.starts) + (crossesMidnight(shift) ? DAY_MINUTES : 0)
}

/** The pieces of each day, in the order of `days`. Shifts of other days count only as far as they reach into these. */
export function piecesByDay<Shift extends ShiftTimes>(shifts: Shift[], days: Day[]): Piece<Shift>[][] {
  return days.map((day) => inLanes(piecesOn(day, shifts)))
}

function piecesOn<Shift extends ShiftTimes>(day: Day, shifts: Shift[]): Piece<Shift>[] {
  const before = addDays(day, -1)
  return shifts.flatMap((shift): Piece<Shift>[] => {
    const crosses = crossesMidnight(shift)
    const piece = { shift, lane: 0, lanes: 1 }
    if (shift.on === day) {
      return [{ ...piece, from: minutesOf(shift.starts), to: crosses ? DAY_MINUTES : minutesOf(shift.ends), isTail: false, goesOn: crosses && minutesOf(shift.ends) > 0 }]
    }
    // A shift that ends at 00:00 has nothing on the next day.
    if (shift.on === before && crosses && minutesOf(shift.ends) > 0) {
      return [{ ...piece, from: 0, to: minutesOf(shift.ends), isTail: true, goesOn: false }]
    }
    return []
  })
}

/** Pieces that overlap, directly or through others, share the width of the day. */
function inLanes<Shift extends ShiftTimes>(pieces: Piece<Shift>[]): Piece<Shift>[] {
  const sorted = [...pieces].sort((a, b) => a.from - b.from || b.to - a.to)
  let group: Piece<Shift>[] = []
  let groupEnd = -1
  let laneEnds: number[] = []
  for (const piece of sorted) {
    if (piece.from >= groupEnd) {
      group = []
      laneEnds = []
    }
    const free = laneEnds.findIndex((end) => end <= piece.from)
    piece.lane = free === -1 ? laneEnds.length : free
    laneEnds[piece.lane] = piece.to
    group.push(piece)
    groupEnd = Math.max(groupEnd, piece.to)
    group.forEach((each) => (each.lanes = laneEnds.length))
  }
  return sorted
}
