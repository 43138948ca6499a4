/** Sources and layers that draw cases: single marks, clusters with the worst light inside, marks that never join a cluster,
    and the marks lit up. */
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification, SymbolLayerSpecification } from 'maplibre-gl'

import { FONTS } from './fonts'
import type { Palette } from './palette'

export const CASES = 'cases'
export const NOTED_CASES = 'noted-cases'
export const LIT_CASES = 'lit-cases'
/** Layers of single cases, whose features carry the case's id. */
export const MARK_LAYERS = ['case-marks', 'noted-case-marks'] as const
export const CLUSTER_LAYER = 'case-clusters'

const NOTHING: GeoJSONSourceSpecification['data'] = { type: 'FeatureCollection', features: [] }

/** A cluster's `worst` is the greatest light rank among its cases. */
export const WORST_OF_CLUSTER: NonNullable<GeoJSONSourceSpecification['clusterProperties']> = {
  worst: ['max', ['get', 'rank']],
}

export function caseSources(): Record<string, GeoJSONSourceSpecification> {
  return {
    [CASES]: {
      type: 'geojson',
      data: NOTHING,
      cluster: true,
      clusterRadius: 40,
      clusterMaxZoom: 16,
      clusterProperties: WORST_OF_CLUSTER,
    },
    [NOTED_CASES]: { type: 'geojson', data: NOTHING },
    [LIT_CASES]: { type: 'geojson', data: NOTHING },
  }
}

const image = (prefix: string, rank: string): ExpressionSpecification => ['concat', prefix, ['to-string', ['get', rank]]]

export function caseLayers(palette: Palette): LayerSpecification[] {
  const [single, noted] = MARK_LAYERS
  return [
    { ...marks(single, CASES, palette), filter: ['!', ['has', 'point_count']] },
    clusters(palette),
    marks(noted, NOTED_CASES, palette),
    marks('lit-case-marks', LIT_CASES, palette, { picture: 'lit-', note_offset_em: 1.4 }),
  ]
}

function marks(
  id: string,
  source: string,
  palette: Palette,
  { picture = 'light-', note_offset_em = 0.9 } = {},
): SymbolLayerSpecification {
  return {
    id,
    type: 'symbol',
    source,
    layout: {
      'icon-image': image(picture, 'rank'),
      'icon-allow-overlap': true,
      'symbol-sort-key': ['get', 'rank'],
      'text-field': ['get', 'note'],
      'text-font': FONTS,
      'text-size': 12,
      'text-anchor': 'top',
      'text-offset': [0, note_offset_em],
      'text-optional': true,
    },
    paint: {
      'icon-opacity': ['case', ['to-boolean', ['get', 'faded']], 0.45, 1],
      'text-color': palette.ink,
      'text-halo-color': palette.halo,
      'text-halo-width': 2,
    },
  }
}

function clusters(palette: Palette): SymbolLayerSpecification {
  return {
    id: CLUSTER_LAYER,
    type: 'symbol',
    source: CASES,
    filter: ['has', 'point_count'],
    layout: {
      'icon-image': image('cluster-', 'worst'),
      'icon-allow-overlap': true,
      'symbol-sort-key': ['get', 'worst'],
      'text-field': ['get', 'point_count_abbreviated'],
      'text-font': FONTS,
      'text-size': 13,
      'text-allow-overlap': true,
      // A triangle has its middle lower than its box.
      'text-offset': ['match', ['get', 'worst'], 2, ['literal', [0, 0.3]], ['literal', [0, 0]]],
    },
    paint: { 'text-color': palette.halo },
  }
}
