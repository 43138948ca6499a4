/* Which of the positions that the browser gives are kept: one each 5 s on the move, one each 30 s while standing. Nothing is
   smoothed or made up; the rules about distance are the server's. Pure. */
import { distanceM, type LngLat } from '@/lib/distance'
import { MOVING_MS, STANDING_MS } from './pace'

export interface Seen extends LngLat {
  at_ms: number
  accuracy_m: number
}

/** Less than this in 30 s is no walk, it is a person standing under a wandering position. */
const WALKED_M = 15
/** A timer and a satellite do not keep the same beat. */
const EARLY = 0.1

/** Remembers what was seen; the function that it returns says of each next position whether it is worth keeping. */
export function thinning(movingMs = MOVING_MS, standingMs = STANDING_MS): (fix: Seen) => boolean {
  let recent: Seen[] = []
  let keptMs = -Infinity

  /** By net displacement: the sum of small steps grows also where nobody walks. */
  function isMoving(fix: Seen): boolean {
    const oldest = recent[0]
    if (!oldest || fix.at_ms - oldest.at_ms < standingMs / 2) return true
    return distanceM(oldest, fix) > Math.max(WALKED_M, fix.accuracy_m, oldest.accuracy_m)
  }

  return (fix) => {
    // A clock that was set back begins anew.
    if (fix.at_ms < (recent.at(-1)?.at_ms ?? -Infinity)) [recent, keptMs] = [[], -Infinity]
    recent = recent.filter((one) => fix.at_ms - one.at_ms <= standingMs)
    const waited = fix.at_ms - keptMs
    const wanted = waited >= (isMoving(fix) ? movingMs : standingMs) * (1 - EARLY)
    recent.push(fix)
    if (wanted) keptMs = fix.at_ms
    return wanted
  }
}
