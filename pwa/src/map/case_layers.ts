/** Sources and layers that draw cases: the server's tiles with single cases and clusters, the heat map, and marks lit up on top of them. */
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification, SymbolLayerSpecification, VectorSourceSpecification } from 'maplibre-gl'

import { FONTS } from './fonts'
import type { Palette } from './palette'
import { t } from './words'

export const CASES = 'cases'
export const LIT_CASES = 'lit-cases'
export const HEAT = 'case-heat'
/** The layer of single cases, whose features carry the case's id. */
export const MARK_LAYER = 'case-marks'
export const CLUSTER_LAYER = 'case-clusters'
export const CASE_LAYERS = [MARK_LAYER, CLUSTER_LAYER] as const
/** Cases of another moment, which no tile has: given by the screen, and put into clusters here. */
export const GIVEN_CASES = 'given-cases'
export const GIVEN_MARK_LAYER = 'given-case-marks'
export const GIVEN_CLUSTER_LAYER = 'given-case-clusters'
export const GIVEN_LAYERS = [GIVEN_MARK_LAYER, GIVEN_CLUSTER_LAYER] as const

/** Beyond, the server makes no finer tiles: what lies on one another stays together. */
const LAST_TILE_ZOOM = 18

/** Where the tiles of a layer come from; `query` is the filter as `GET /api/cases` takes it. */
export function tileAddress(layer: 'cases' | 'heat', query: string): string {
  return `${location.origin}/api/tiles/${layer}/{z}/{x}/{y}.mvt?${query}`
}

export function caseTiles(query: string): VectorSourceSpecification {
  return { type: 'vector', tiles: [tileAddress('cases', query)], maxzoom: LAST_TILE_ZOOM }
}

export function heatTiles(query: string): VectorSourceSpecification {
  return { type: 'vector', tiles: [tileAddress('heat', query)], minzoom: 6, maxzoom: 15 }
}

export function litSource(): GeoJSONSourceSpecification {
  return { type: 'geojson', data: { type: 'FeatureCollection', features: [] } }
}

/** A cluster says of itself what one of the server's tiles does. */
export function givenSource(): GeoJSONSourceSpecification {
  const each = (how: string, what: string) => [how, ['get', what]]
  const clusterProperties = {
    n: each('+', 'n'), rank: each('max', 'rank'), severity: each('max', 'severity'), waits: each('+', 'waits'), whistled: each('+', 'whistled'),
  } as unknown as NonNullable<GeoJSONSourceSpecification['clusterProperties']>
  return { ...litSource(), cluster: true, clusterRadius: 40, clusterMaxZoom: 16, clusterProperties }
}

const image = (kind: string): ExpressionSpecification => ['concat', kind, '-', ['to-string', ['get', 'severity']], '-', ['to-string', ['get', 'rank']]]
const isAlone: ExpressionSpecification = ['==', ['get', 'n'], 1]
/** What presses most lies on top: the light first, then the severity. */
const pressing: ExpressionSpecification = ['+', ['*', 4, ['get', 'rank']], ['get', 'severity']]

/** Of the tiles: what waits for dispatch, else to what a squad is called and has not come. Clusters say how many. */
function tileNote(): ExpressionSpecification {
  const some = (what: string, words: string): [ExpressionSpecification, ExpressionSpecification | string] => [
    ['>', ['get', what], 0],
    ['case', isAlone, words, ['concat', words, ' ', ['to-string', ['get', what]]]],
  ]
  return ['case', ...some('waits', t('case.waits')), ...some('whistled', t('case.whistled')), ''] as unknown as ExpressionSpecification
}

const TILED = { source: CASES, 'source-layer': 'cases' }

export function tileLayers(palette: Palette): LayerSpecification[] {
  return [marks(MARK_LAYER, palette, TILED), clusters(CLUSTER_LAYER, palette, TILED)]
}

export function givenLayers(palette: Palette): LayerSpecification[] {
  const from = { source: GIVEN_CASES }
  return [marks(GIVEN_MARK_LAYER, palette, from), clusters(GIVEN_CLUSTER_LAYER, palette, from)]
}

type From = { source: string; 'source-layer'?: string }

function marks(id: string, palette: Palette, from: From): SymbolLayerSpecification {
  return {
    id,
    type: 'symbol',
    ...from,
    filter: isAlone,
    layout: { ...symbol('case'), 'text-field': tileNote(), 'text-offset': [0, 0.9] },
    paint: textPaint(palette),
  }
}

function clusters(id: string, palette: Palette, from: From): SymbolLayerSpecification {
  return {
    id,
    type: 'symbol',
    ...from,
    filter: ['!', isAlone],
    layout: {
      ...symbol('cluster'),
      'text-field': ['format', ['to-string', ['get', 'n']], { 'text-color': palette.halo }, '\n', {}, tileNote(), { 'font-scale': 0.92 }],
      'text-line-height': 2.1,
      'text-offset': [0, -1.05],
      'text-allow-overlap': true,
    },
    // The number stands on the mark's own colour; only what stands below it needs a halo, and the halo has the number's colour.
    paint: { 'text-color': palette.ink, 'text-halo-color': palette.halo, 'text-halo-width': ['case', ['>', ['+', ['get', 'waits'], ['get', 'whistled']], 0], 1, 0] },
  }
}

export function litLayer(palette: Palette): SymbolLayerSpecification {
  return {
    id: 'lit-case-marks',
    type: 'symbol',
    source: LIT_CASES,
    layout: { ...symbol('lit'), 'text-field': ['get', 'note'], 'text-offset': [0, 1.4] },
    paint: textPaint(palette),
  }
}

const symbol = (kind: string) => ({
  'icon-image': image(kind),
  'icon-allow-overlap': true,
  'symbol-sort-key': pressing,
  'text-font': FONTS,
  'text-size': 12.5,
  'text-anchor': 'top' as const,
  'text-optional': true,
})

const textPaint = (palette: Palette): NonNullable<SymbolLayerSpecification['paint']> => ({
  'icon-opacity': ['case', ['any', ['==', ['get', 'faded'], 1], ['==', ['get', 'faded'], true]], 0.45, 1],
  'text-color': palette.ink,
  'text-halo-color': palette.halo,
  'text-halo-width': 2,
})

/** Dense where much was reported; beneath every line and name. */
export function heatLayer(palette: Palette): LayerSpecification {
  const colour = palette.heat
  return {
    id: HEAT,
    type: 'heatmap',
    source: HEAT,
    'source-layer': 'heat',
    paint: {
      'heatmap-weight': ['interpolate', ['linear'], ['ln', ['+', 1, ['get', 'n']]], 0, 0.3, 5, 1],
      'heatmap-radius': ['interpolate', ['linear'], ['zoom'], 9, 14, 13, 26, 17, 44],
      'heatmap-intensity': ['interpolate', ['linear'], ['zoom'], 9, 1.6, 16, 2.6],
      'heatmap-opacity': 0.75,
      'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, 'rgba(0,0,0,0)', 0.08, colour[0], 0.3, colour[1], 0.62, colour[2], 1, colour[3]],
    },
  }
}
