/** Cases as marks on the map: what a mark carries, and the GeoJSON made of them. Pure; drawing is in case_layers. */
import type { FeatureCollection, Point } from 'geojson'

import type { CaseSummary } from '@/api/client'
import type { Light } from '@/lib/light'

export type Severity = CaseSummary['severity']

export interface CaseMark {
  id: string
  lng: number
  lat: number
  light: Light | null
  severity?: Severity
  /** Words under the mark of a case that must not be overlooked; usually empty. */
  note: string
  /** The case has ended. */
  faded?: boolean
  /** It waits for dispatch. */
  waits?: boolean
}

export interface MarkProperties {
  id: string
  /** 0 no clock, 1 in time, 2 nearly late, 3 late: the colour. */
  rank: number
  /** 0 minor to 3 emergency: the shape. */
  severity: number
  note: string
  faded: boolean
  /** As in the server's tiles: one case. */
  n: 1
  /** 1: waits for dispatch. */
  waits: 0 | 1
  whistled: 0
}

const RANK = { green: 1, amber: 2, red: 3 } as const
/** Mildest first: the place of a severity in this list is its shape's number, as in the server's tiles. */
export const SEVERITIES = ['minor', 'normal', 'urgent', 'emergency'] as const satisfies readonly Severity[]

export function rankOf(light: Light | null): number {
  return light ? RANK[light] : 0
}

export function caseFeatures(marks: CaseMark[]): FeatureCollection<Point, MarkProperties> {
  return {
    type: 'FeatureCollection',
    features: marks.map(({ id, lng, lat, light, severity = 'normal', note, faded = false, waits = false }) => ({
      type: 'Feature',
      properties: { id, rank: rankOf(light), severity: SEVERITIES.indexOf(severity), note, faded, n: 1, waits: waits ? 1 : 0, whistled: 0 },
      geometry: { type: 'Point', coordinates: [lng, lat] },
    })),
  }
}
