/* The order in which to walk to several places: always to the nearest next one. Not the shortest way there is, but one that
   nobody has to be told. */
import { distanceM, type LngLat } from './distance'

/** `start` null: from the first one, as given. Equal distances keep the given order. */
export function walkingOrder<T>(stops: readonly T[], placeOf: (stop: T) => LngLat, start: LngLat | null): T[] {
  const left = [...stops]
  const walked: T[] = []
  let here = start ?? (left[0] && placeOf(left[0]))
  while (left.length && here) {
    const from = here
    const next = left.reduce((best, stop) => (distanceM(from, placeOf(stop)) < distanceM(from, placeOf(best)) ? stop : best))
    left.splice(left.indexOf(next), 1)
    walked.push(next)
    here = placeOf(next)
  }
  return walked
}
