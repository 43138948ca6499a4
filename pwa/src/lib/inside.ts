/* Whether a point lies in an outline, for the moment in which no server can be asked. */
import type { MultiPolygon, Polygon, Position } from 'geojson'
import type { LngLat } from './distance'

/** Even-odd rule over all rings, so that holes are outside. A point on an edge may count for either side. */
export function isInside(at: LngLat, outline: Polygon | MultiPolygon): boolean {
  const rings = outline.type === 'Polygon' ? outline.coordinates : outline.coordinates.flat()
  return rings.reduce((inside, ring) => inside !== crossesOddly(at, ring), false)
}

function crossesOddly({ lng, lat }: LngLat, ring: Position[]): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi = 0, yi = 0] = ring[i]!
    const [xj = 0, yj = 0] = ring[j]!
    if (yi > lat !== yj > lat && lng < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}
