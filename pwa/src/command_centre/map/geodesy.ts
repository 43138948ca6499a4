/* Lengths and areas on the ground (WGS84 ellipsoid), good to a few ten-thousandths over a county. */
import type { LngLat } from '@/lib/distance'

const A_M = 6_378_137
const E2 = 0.006_694_379_990_14
const RAD = Math.PI / 180

/** Metres per radian of latitude and of longitude there. */
function radii(lat: number): { north: number; east: number } {
  const w = Math.sqrt(1 - E2 * Math.sin(lat * RAD) ** 2)
  return { north: (A_M * (1 - E2)) / w ** 3, east: (A_M / w) * Math.cos(lat * RAD) }
}

export function lengthM(line: readonly LngLat[]): number {
  return line.slice(1).reduce((sum, to, i) => {
    const from = line[i]!
    const { north, east } = radii((from.lat + to.lat) / 2)
    return sum + Math.hypot((to.lng - from.lng) * RAD * east, (to.lat - from.lat) * RAD * north)
  }, 0)
}

/** Of the polygon with these corners, in square metres; 0 for fewer than three. */
export function areaM2(corners: readonly LngLat[]): number {
  if (corners.length < 3) return 0
  const lats = corners.map(({ lat }) => lat)
  const middle = (Math.min(...lats) + Math.max(...lats)) / 2
  const west = corners[0]!.lng
  const { north, east } = radii(middle)
  const twice = corners.reduce((sum, { lng, lat }, i) => {
    const next = corners[(i + 1) % corners.length]!
    return sum + (lng - west) * (next.lat - middle) - (next.lng - west) * (lat - middle)
  }, 0)
  return (Math.abs(twice) / 2) * RAD * RAD * north * east
}
