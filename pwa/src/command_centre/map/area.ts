/* A piece of the map that somebody picked, and how the server is asked what lies in it. Pure. */
import type { LngLat } from '@/lib/distance'

/** The most corners that the server takes. */
export const MOST_CORNERS = 100

export type Area = { kind: 'polygon'; corners: LngLat[] } | { kind: 'box'; bounds: [number, number, number, number] }

/** The parameter of `GET /api/cases` that keeps to this area. */
export function areaQuery(area: Area): { within: string } | { bbox: string } {
  if (area.kind === 'box') return { bbox: area.bounds.join(',') }
  return { within: area.corners.map(({ lng, lat }) => `${lng.toFixed(6)},${lat.toFixed(6)}`).join(';') }
}

/** What a hand drew, with no more corners than the server takes: the tolerance grows until they fit (Douglas and Peucker). */
export function withFewCorners(drawn: readonly LngLat[], most = MOST_CORNERS): LngLat[] {
  let tolerance = 1e-6
  let kept = [...drawn]
  while (kept.length > most) {
    kept = simplified(drawn, tolerance)
    tolerance *= 2
  }
  return kept
}

function simplified(line: readonly LngLat[], tolerance: number): LngLat[] {
  const [first, last] = [line[0], line[line.length - 1]]
  if (!first || !last || line.length < 3) return [...line]
  const distances = line.map((point) => distanceToLine(point, first, last))
  const farthest = distances.indexOf(Math.max(...distances))
  if ((distances[farthest] ?? 0) <= tolerance) return [first, last]
  return [...simplified(line.slice(0, farthest + 1), tolerance).slice(0, -1), ...simplified(line.slice(farthest), tolerance)]
}

/** In degrees, which is enough to compare. */
function distanceToLine(p: LngLat, a: LngLat, b: LngLat): number {
  const [dx, dy] = [b.lng - a.lng, b.lat - a.lat]
  const length = Math.hypot(dx, dy)
  if (length === 0) return Math.hypot(p.lng - a.lng, p.lat - a.lat)
  return Math.abs(dx * (a.lat - p.lat) - (a.lng - p.lng) * dy) / length
}

export function ringOf(area: Area): [number, number][] {
  if (area.kind === 'polygon') {
    const ring = area.corners.map(({ lng, lat }): [number, number] => [lng, lat])
    return [...ring, ...ring.slice(0, 1)]
  }
  const [west, south, east, north] = area.bounds
  return [[west, south], [east, south], [east, north], [west, north], [west, south]]
}
