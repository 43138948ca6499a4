/* Coverage of grids in words and colours: how long ago a part was walked through, and where it lies. Pure. */
import type { FeatureCollection } from 'geojson'
import { distanceM, type LngLat } from '@/lib/distance'

/** The first day of each step of the scale, in days ago; the last one stands for longer than anybody remembers. */
export const STEPS = [0, 1, 3, 7, 30, 90] as const
export type Step = (typeof STEPS)[number]

export function stepOf(daysAgo: number | null): Step {
  return STEPS.findLast((step) => daysAgo !== null && step <= daysAgo) ?? 90
}

/** From walked through today to not for a long time, and from nothing to all of a grid: dark enough to be told apart on either map. */
export const CELL_COLOURS = {
  light: { 0: '#2f8a90', 1: '#6fb3b3', 3: '#add3cc', 7: '#ead9b0', 30: '#e0aa6a', 90: '#bd6a3a' },
  dark: { 0: '#4fb6bd', 1: '#38868c', 3: '#2d5f65', 7: '#6b5c36', 30: '#9a6a35', 90: '#c0733f' },
} as const
export const SHARE_COLOURS = {
  light: ['#d9935a', '#e9cd9d', '#cfe0d2', '#8fc3bd', '#3f959b'],
  dark: ['#a8623a', '#6d5a38', '#2f4f50', '#33787c', '#4fb6bd'],
} as const

/** The fifth of the scale in which a share (0 to 1) lies. */
export const fifthOf = (share: number): number => Math.min(4, Math.max(0, Math.floor(share * 5)))

export const percent = (share: number): string => `${Math.round(share * 100)}%`

export interface NearRoad {
  name: string
  metres: number
}

/** The nearest road of the base map that has a name; null if it has none. */
export function nearestRoad(base: FeatureCollection, place: LngLat): NearRoad | null {
  let nearest: NearRoad | null = null
  for (const { geometry, properties } of base.features) {
    const name = properties?.['name'] as string | undefined
    if (geometry.type !== 'LineString' || !name) continue
    for (let i = 1; i < geometry.coordinates.length; i++) {
      const metres = distanceM(place, nearestOnLeg(place, geometry.coordinates[i - 1]!, geometry.coordinates[i]!))
      if (!nearest || metres < nearest.metres) nearest = { name, metres }
    }
  }
  return nearest
}

/** On a leg so short that the earth is flat there. */
function nearestOnLeg({ lng, lat }: LngLat, [lng0 = 0, lat0 = 0]: number[], [lng1 = 0, lat1 = 0]: number[]): LngLat {
  const narrow = Math.cos((lat * Math.PI) / 180)
  const [x, y, dx, dy] = [(lng - lng0) * narrow, lat - lat0, (lng1 - lng0) * narrow, lat1 - lat0]
  const share = Math.min(1, Math.max(0, (x * dx + y * dy) / (dx * dx + dy * dy || 1)))
  return { lng: lng0 + share * (lng1 - lng0), lat: lat0 + share * (lat1 - lat0) }
}
