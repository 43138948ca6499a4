/** Cases as marks on the map: what a mark carries, and the GeoJSON made of them. Pure; drawing is in case_layers. */
import type { FeatureCollection, Point } from 'geojson'

import type { Light } from '@/lib/light'

export interface CaseMark {
  id: string
  lng: number
  lat: number
  light: Light | null
  /** Words under the mark of a case that must not be overlooked, and so never disappears in a cluster; usually empty. */
  note: string
  /** The case has ended. */
  faded?: boolean
}

export interface MarkProperties {
  id: string
  /** 0 no clock, 1 in time, 2 nearly late, 3 late; clusters take the greatest. */
  rank: number
  note: string
  faded: boolean
}

const RANK = { green: 1, amber: 2, red: 3 } as const

export function rankOf(light: Light | null): number {
  return light ? RANK[light] : 0
}

export function caseFeatures(marks: CaseMark[]): FeatureCollection<Point, MarkProperties> {
  return {
    type: 'FeatureCollection',
    features: marks.map(({ id, lng, lat, light, note, faded = false }) => ({
      type: 'Feature',
      properties: { id, rank: rankOf(light), note, faded },
      geometry: { type: 'Point', coordinates: [lng, lat] },
    })),
  }
}
