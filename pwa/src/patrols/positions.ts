/* The browser's positions for a patrol: as exact as it can, none from a cache. */
import type { Seen } from './thinning'
import { COARSE_M } from './fix'
import { FRESH_MS } from './pace'

/** Why there is no position: not allowed, or not found. */
export type Failure = 'denied' | 'not_found'

const EXACT: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 12_000 }

const failureOf = (error: GeolocationPositionError): Failure => (error.code === error.PERMISSION_DENIED ? 'denied' : 'not_found')

/** One position now, or why there is none, within 12 s. The first time the browser asks the person: call it from a tap. */
export function askPosition(): Promise<GeolocationPosition | Failure> {
  if (!('geolocation' in navigator)) return Promise.resolve('denied')
  return new Promise((done) => navigator.geolocation.getCurrentPosition(done, (error) => done(failureOf(error)), EXACT))
}

/** Positions as they come, for as long as the page is seen. Returns the way to stop. */
export function watchPositions(found: (position: GeolocationPosition) => void, failed: (why: Failure) => void): () => void {
  if (!('geolocation' in navigator)) {
    failed('denied')
    return () => undefined
  }
  const id = navigator.geolocation.watchPosition(found, (error) => failed(failureOf(error)), EXACT)
  return () => navigator.geolocation.clearWatch(id)
}

/** `searching`: none of the last minute yet, but it is early. `lost`: none of the last minute. `coarse`: too wide to say which street. */
export type Signal = 'good' | 'coarse' | 'searching' | 'lost' | 'denied'

/** How well the phone knows where it is. `sinceMs`: when it began to look. */
export function signalOf(seen: Seen | null, failure: Failure | null, sinceMs: number, nowMs: number): Signal {
  if (failure === 'denied') return 'denied'
  if (seen && nowMs - seen.at_ms <= FRESH_MS) return seen.accuracy_m > COARSE_M ? 'coarse' : 'good'
  return nowMs - sinceMs < FRESH_MS ? 'searching' : 'lost'
}

