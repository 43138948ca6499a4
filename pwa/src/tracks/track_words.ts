/* Figures of a track in words. */

/** 0 m, 320 m, 2.35 km: running mileage needs a digit more than a distance. */
export function kmWords(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(2)} km`
}
