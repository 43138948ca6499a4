/* How the net's browser draws the net of any day: outlines come as tiles, names as points with the tree. No cases. */
import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification, SymbolLayerSpecification } from 'maplibre-gl'

import { FONTS } from './fonts'
import { placeNames, type GridCollection, type Net } from './net'
import type { Palette } from './palette'
import { baseLabelLayers, baseLayers, isKind, isLevel, labelPaint } from './style'

export const NET = 'net'
export const NET_NAMES = 'net-names'
/** The layer under the pointer; its features carry the grid's code. */
export const NET_AREA = 'net-area'

/** From this zoom on, the tiles have a level, and it can be clicked. */
export const SHOWN_FROM_ZOOM = { county: 0, town: 7, village: 9, grid: 12, micro: 16 } as const

const nothing: ExpressionSpecification = ['==', ['get', 'code'], '']

/** Layers whose filter names the selected grid. */
export const SELECTED_LAYERS = ['net-selected-area', 'net-selected-line'] as const

/** The grids as MapLibre knows them. Which one is under the pointer or the keys is a state of its feature, not a filter: it
    moves with every key, and a filter would lay out all tiles anew. */
export const NET_GRIDS = { source: NET, sourceLayer: 'grids' } as const
const isHovered: ExpressionSpecification = ['boolean', ['feature-state', 'hovered'], false]

/** `outlines`: where the shapes of the grids come from, vector tiles with a layer `grids` whose features are known by their code. */
export function netStyle(palette: Palette, net: Net, outlines: SourceSpecification): StyleSpecification {
  return {
    version: 8,
    sources: {
      base: { type: 'geojson', data: net.base },
      places: { type: 'geojson', data: placeNames(net) },
      [NET]: outlines,
      [NET_NAMES]: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
    },
    layers: [...baseLayers(palette), ...areas(palette), ...lines(palette), ...marked(palette), ...baseLabelLayers(palette), ...names(palette)],
  }
}

const of = { source: NET, 'source-layer': 'grids' } as const

function areas(palette: Palette): LayerSpecification[] {
  return [
    // Without colour but for the grid under the pointer; also there to be under it.
    { id: NET_AREA, type: 'fill', ...of, paint: { 'fill-color': palette.brand, 'fill-opacity': ['case', isHovered, 0.1, 0] } },
    { id: 'net-exclusive-area', type: 'fill', ...of, filter: isKind('exclusive'), paint: { 'fill-pattern': 'hatch' } },
  ]
}

function lines(palette: Palette): LayerSpecification[] {
  const line = (level: string, width_px: number, opacity: number, minzoom: number, dashes?: number[]): LayerSpecification => ({
    id: `net-${level}-line`,
    type: 'line',
    ...of,
    minzoom,
    filter: ['all', isLevel(level), isKind('base')],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.gridLine, 'line-width': width_px, 'line-opacity': opacity, ...(dashes && { 'line-dasharray': dashes }) },
  })
  return [
    line('micro', 0.75, 0.5, SHOWN_FROM_ZOOM.micro, [3, 2]),
    line('grid', 0.75, 0.5, SHOWN_FROM_ZOOM.grid),
    {
      id: 'net-exclusive-line',
      type: 'line',
      ...of,
      filter: isKind('exclusive'),
      paint: { 'line-color': palette.gridLine, 'line-width': 1, 'line-opacity': 0.8 },
    },
    line('village', 1.25, 0.7, SHOWN_FROM_ZOOM.village),
    line('town', 1.75, 0.85, 0),
    line('county', 2, 0.9, 0),
    {
      id: 'net-cluster-line',
      type: 'line',
      ...of,
      minzoom: SHOWN_FROM_ZOOM.village,
      filter: isKind('cluster'),
      paint: { 'line-color': palette.gridLine, 'line-width': 2, 'line-opacity': 0.6, 'line-dasharray': [4, 2] },
    },
  ]
}

function marked(palette: Palette): LayerSpecification[] {
  return [
    { id: 'net-selected-area', type: 'fill', ...of, filter: nothing, paint: { 'fill-color': palette.brand, 'fill-opacity': 0.08 } },
    { id: 'net-selected-line', type: 'line', ...of, filter: nothing, layout: { 'line-join': 'round' }, paint: { 'line-color': palette.brand, 'line-width': 2.5 } },
  ]
}

/** Each level is named where it is the one to read: towns from afar, unit grids near by. */
const NAMED: { level: string; from: number; until: number; size_px: number }[] = [
  { level: 'town', from: 0, until: 11, size_px: 14 },
  { level: 'village', from: 10.5, until: 13.2, size_px: 13 },
  { level: 'grid', from: 13.2, until: 24, size_px: 12 },
  { level: 'micro', from: SHOWN_FROM_ZOOM.micro, until: 24, size_px: 12 },
]

function names(palette: Palette): LayerSpecification[] {
  return NAMED.map(
    ({ level, from, until, size_px }): SymbolLayerSpecification => ({
      id: `net-${level}-names`,
      type: 'symbol',
      source: NET_NAMES,
      minzoom: from,
      maxzoom: until,
      filter: isLevel(level),
      layout: { 'text-field': ['get', 'short_name'], 'text-font': FONTS, 'text-size': size_px, 'text-padding': 4 },
      paint: { ...labelPaint(palette), 'text-color': palette.brand },
    }),
  )
}

/** A net of names alone, so that the base map does not write them a second time. */
export function namesOnly(names: { name: string; short_name: string }[]): GridCollection {
  return { type: 'FeatureCollection', features: names.map((each) => ({ properties: each }) as GridCollection['features'][number]) }
}
