/* WGS84 to GCJ-02, the datum of Chinese map apps: only for links that open one. Public approximation of the official shift,
   good to a few metres inside mainland China; Jiangyin is shifted by about 490 m. */
import type { LngLat } from './distance'

const SEMI_MAJOR_M = 6_378_245
const ECCENTRICITY_2 = 0.006693421622965943

const ripple = (x: number): number => (2 / 3) * (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI))

function shiftLat(x: number, y: number): number {
  const base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x))
  const slow = 20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)
  const slower = 160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y / 30) * Math.PI)
  return base + ripple(x) + (2 / 3) * (slow + slower)
}

function shiftLng(x: number, y: number): number {
  const base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x))
  const slow = 20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)
  const slower = 150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)
  return base + ripple(x) + (2 / 3) * (slow + slower)
}

export function toGcj02({ lng, lat }: LngLat): LngLat {
  const rad = (lat * Math.PI) / 180
  const w = 1 - ECCENTRICITY_2 * Math.sin(rad) ** 2
  const meridianM = (SEMI_MAJOR_M * (1 - ECCENTRICITY_2)) / (w * Math.sqrt(w))
  const parallelM = (SEMI_MAJOR_M / Math.sqrt(w)) * Math.cos(rad)
  const perDegree = 180 / Math.PI
  return {
    lng: lng + (shiftLng(lng - 105, lat - 35) * perDegree) / parallelM,
    lat: lat + (shiftLat(lng - 105, lat - 35) * perDegree) / meridianM,
  }
}
