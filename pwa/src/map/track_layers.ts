/* A person's own day on the map: runs as lines, what lies between two runs dotted and grey with the time, stays as rings. */
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl'

import { pointOf, runsOf, type Track, type TrackPoint } from '@/lib/track_wire'
import { FONTS } from './fonts'
import type { Palette } from './palette'

export interface TrackWords {
  /** Of the time between two runs, in epoch seconds. */
  gap: (from_s: number, to_s: number) => string
  stay: (seconds: number) => string
}

export const TRACK = 'own-track'

const at = ({ lng, lat }: TrackPoint): [number, number] => [lng, lat]

const line = (kind: string, points: TrackPoint[], words = ''): GeoJSON.Feature => ({
  type: 'Feature',
  properties: { kind, words },
  geometry: { type: 'LineString', coordinates: points.map(at) },
})

const point = (kind: string, coordinates: [number, number], words = ''): GeoJSON.Feature => ({
  type: 'Feature',
  properties: { kind, words },
  geometry: { type: 'Point', coordinates },
})

export function trackFeatures(track: Track, words: TrackWords): GeoJSON.FeatureCollection {
  const runs = runsOf(track)
  const walked = runs.filter((run) => run.length > 1).map((run) => line('run', run))
  const between = runs.slice(1).flatMap((run, i) => {
    const [from, to] = [runs[i]!.at(-1)!, run[0]!]
    const said = words.gap(from.at_s, to.at_s)
    return [line('gap', [from, to]), point('gap-words', [(from.lng + to.lng) / 2, (from.lat + to.lat) / 2], said)]
  })
  const stood = track.stays.map(([first, last]) => {
    const [from, to] = [pointOf(track, first), pointOf(track, last)]
    return point('stay', at(from), words.stay(to.at_s - from.at_s))
  })
  const [first, last] = [runs[0]?.[0], runs.at(-1)?.at(-1)]
  const ends = first && last ? [point('start', at(first)), point('end', at(last))] : []
  return { type: 'FeatureCollection', features: [...between, ...walked, ...stood, ...ends] }
}

export const trackSource = (data: GeoJSON.FeatureCollection): SourceSpecification => ({ type: 'geojson', data })

export function trackLayers(palette: Palette): LayerSpecification[] {
  const words = (kind: string, colour: string): LayerSpecification => ({
    id: `${TRACK}-${kind}-words`,
    type: 'symbol',
    source: TRACK,
    filter: ['==', ['get', 'kind'], kind],
    layout: { 'text-field': ['get', 'words'], 'text-font': FONTS, 'text-size': 12, 'text-anchor': 'top', 'text-offset': [0, 0.7] },
    paint: { 'text-color': colour, 'text-halo-color': palette.halo, 'text-halo-width': 2 },
  })
  const ring = (kind: string, radius: number, inside: string, edge: string): LayerSpecification => ({
    id: `${TRACK}-${kind}`,
    type: 'circle',
    source: TRACK,
    filter: ['==', ['get', 'kind'], kind],
    paint: { 'circle-radius': radius, 'circle-color': inside, 'circle-stroke-color': edge, 'circle-stroke-width': 2.5 },
  })
  const path = (kind: string, paint: object): LayerSpecification => ({
    id: `${TRACK}-${kind}`,
    type: 'line',
    source: TRACK,
    filter: ['==', ['get', 'kind'], kind],
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint,
  })
  return [
    path('gap', { 'line-color': palette.idle, 'line-width': 2.5, 'line-dasharray': [0.1, 2.2] }),
    path('run', { 'line-color': palette.brand, 'line-width': 4 }),
    ring('stay', 6, palette.halo, palette.ink),
    ring('start', 6, palette.ok, palette.halo),
    ring('end', 6, palette.urgent, palette.halo),
    words('stay', palette.ink),
    words('gap-words', palette.label),
  ]
}
