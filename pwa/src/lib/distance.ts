/* Distances on the ground, good to 0.5 % over a county, and how they are said. */

export interface LngLat {
  lng: number
  lat: number
}

const EARTH_RADIUS_M = 6_371_008.8

/** Great-circle distance in metres between two WGS84 positions (haversine on the mean sphere). */
export function distanceM(a: LngLat, b: LngLat): number {
  const rad = Math.PI / 180
  const dLat = (b.lat - a.lat) * rad
  const dLng = (b.lng - a.lng) * rad
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLng / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h))
}

/** 8 m, 320 m, 2.3 km, 14 km */
export function distanceWords(metres: number): string {
  if (metres < 995) return `${metres < 100 ? Math.round(metres) : Math.round(metres / 10) * 10} m`
  return metres < 9_950 ? `${(metres / 1000).toFixed(1)} km` : `${Math.round(metres / 1000)} km`
}
