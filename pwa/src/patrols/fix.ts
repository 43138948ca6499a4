/* A position as the browser gave it, in the words of the API. */
import type { Seen } from './thinning'

/** One position of a batch (backend/patrols/reading.py). Not `interface`: it travels as plain JSON. */
export type FixIn = { at: string; lng: number; lat: number; accuracy_m: number; speed_mps?: number; heading_deg?: number }

/** Above this a position says in which village somebody is, not in which street. iOS gives such ones when precise location is off. */
export const COARSE_M = 100

/** Between the making of a position and its arrival in the page. */
const LONGEST_WAY_MS = 60_000

/** On some phones a position carries the satellites' time, on others the phone's. Where the two clocks disagree it is the
    phone's that counts, because it is that one which the server corrects. */
export function momentOf(stampedMs: number, phoneMs: number): number {
  const way = phoneMs - stampedMs
  return way >= 0 && way <= LONGEST_WAY_MS ? stampedMs : phoneMs
}

export function seenIn({ coords, timestamp }: GeolocationPosition, phoneMs = Date.now()): Seen {
  return { lng: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy, at_ms: momentOf(timestamp, phoneMs) }
}

/** Speed and heading only where the browser has them: null, NaN and -1 all mean that it has not. */
export function fixOf(seen: Seen, { speed, heading }: Pick<GeolocationCoordinates, 'speed' | 'heading'>): FixIn {
  return {
    at: new Date(seen.at_ms).toISOString(),
    lng: seen.lng,
    lat: seen.lat,
    accuracy_m: seen.accuracy_m,
    ...(isSaid(speed) && { speed_mps: speed }),
    ...(isSaid(heading) && { heading_deg: heading }),
  }
}

const isSaid = (value: number | null): value is number => value !== null && value >= 0
