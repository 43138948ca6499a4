/** The map's style, made from a palette and the net. No glyphs: every label is drawn from the machine's own fonts. */
import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'

import { baseMap, baseMapLayers, baseMapSources } from './base_maps'
import { caseTiles, CASES, GIVEN_CASES, givenLayers, givenSource, LIT_CASES, litLayer, litSource, tileLayers } from './case_layers'
import { FONTS } from './fonts'
import { gridLabels, placeNames, type Net } from './net'
import { DARK, type Palette } from './palette'

const VILLAGE_LABELS_UNTIL_ZOOM = 13.2

/** The town on the base map that is chosen, and one layer for marks that a screen puts there itself. */
export function townStyle(palette: Palette, net: Net): StyleSpecification {
  const base = baseMap.value
  return {
    version: 8,
    sources: { ...netSources(net), ...baseMapSources(base), [LIT_CASES]: litSource() },
    layers: [
      ...baseLayers(palette),
      ...baseMapLayers(base, palette === DARK),
      ...gridLayers(palette),
      // A map of others has its own names of roads and places.
      ...(base ? [] : baseLabelLayers(palette)),
      ...gridLabelLayers(palette),
      litLayer(palette),
    ],
  }
}

/** The same with the cases that a filter finds (its query), below the marks that are lit up. */
export function caseStyle(palette: Palette, net: Net, query: string): StyleSpecification {
  const { sources, layers, ...style } = townStyle(palette, net)
  return { ...style, sources: { ...sources, [CASES]: caseTiles(query), [GIVEN_CASES]: givenSource() }, layers: [...layers.slice(0, -1), ...tileLayers(palette), ...givenLayers(palette), ...layers.slice(-1)] }
}

function netSources(net: Net): Record<string, SourceSpecification> {
  const collection = (data: unknown): SourceSpecification => ({ type: 'geojson', data: data as GeoJSON.GeoJSON })
  return {
    base: collection(net.base),
    grids: collection({ ...net.grids, features: net.grids.features.filter((grid) => grid.geometry) }),
    'grid-labels': collection(gridLabels(net.grids)),
    places: collection(placeNames(net)),
  }
}

export const isKind = (kind: string): ExpressionSpecification => ['==', ['get', 'kind'], kind]
export const isLevel = (level: string): ExpressionSpecification => ['==', ['get', 'level'], level]
const isSecondLevel: ExpressionSpecification = ['all', isLevel('grid'), ['!=', ['get', 'kind'], 'exclusive']]

export function baseLayers(palette: Palette): LayerSpecification[] {
  const area = (kind: string, colour: string): LayerSpecification => ({
    id: kind,
    type: 'fill',
    source: 'base',
    filter: isKind(kind),
    paint: { 'fill-color': colour, 'fill-antialias': true },
  })
  return [
    { id: 'land', type: 'background', paint: { 'background-color': palette.land } },
    area('built_up', palette.builtUp),
    area('green', palette.green),
    area('water', palette.water),
    ...ROADS.flatMap((road) => roadLayer(road, 'edge', palette.roadEdge)),
    ...ROADS.flatMap((road) => roadLayer(road, 'surface', palette.road)),
  ]
}

interface Road {
  kind: string
  /** Width in pixels at zoom 12 and at zoom 17. */
  from_px: number
  to_px: number
  minzoom: number
}

const ROADS: Road[] = [
  { kind: 'street', from_px: 0.8, to_px: 9, minzoom: 12.5 },
  { kind: 'secondary', from_px: 2, to_px: 14, minzoom: 10 },
  { kind: 'primary', from_px: 3, to_px: 18, minzoom: 9 },
  { kind: 'motorway', from_px: 4, to_px: 22, minzoom: 8 },
]

function roadLayer(road: Road, part: 'edge' | 'surface', colour: string): LayerSpecification {
  const edge_px = part === 'edge' ? 2 : 0
  return {
    id: `${road.kind}-${part}`,
    type: 'line',
    source: 'base',
    minzoom: road.minzoom,
    filter: isKind(road.kind),
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': colour,
      'line-width': ['interpolate', ['exponential', 1.4], ['zoom'], 12, road.from_px + edge_px, 17, road.to_px + edge_px],
    },
  }
}

function gridLayers(palette: Palette): LayerSpecification[] {
  const outline = (id: string, filter: ExpressionSpecification, width_px: number, opacity: number, minzoom = 0): LayerSpecification => ({
    id,
    type: 'line',
    source: 'grids',
    minzoom,
    filter,
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.gridLine, 'line-width': width_px, 'line-opacity': opacity },
  })
  return [
    // Drawn without colour, to have something under the pointer.
    { id: GRID_AREA, type: 'fill', source: 'grids', filter: isLevel('grid'), paint: { 'fill-opacity': 0 } },
    {
      id: 'exclusive-area',
      type: 'fill',
      source: 'grids',
      filter: isKind('exclusive'),
      paint: { 'fill-pattern': 'hatch' },
    },
    outline('grid-line', isSecondLevel, 0.75, 0.45, 11.8),
    outline('exclusive-line', isKind('exclusive'), 1, 0.8, 11),
    outline('village-line', isLevel('village'), 1.25, 0.6),
    outline('town-line', isLevel('town'), 1.75, 0.8),
    {
      id: 'selected-grid-area',
      type: 'fill',
      source: 'grids',
      filter: nothingSelected,
      paint: { 'fill-color': palette.brand, 'fill-opacity': 0.1 },
    },
    {
      id: 'selected-grid-line',
      type: 'line',
      source: 'grids',
      filter: nothingSelected,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.brand, 'line-width': 2.5 },
    },
  ]
}

export const GRID_AREA = 'grid-area'

/** The layers that are about the net; those of exclusive grids are a choice of their own. */
export const GRID_LAYERS = ['grid-line', 'village-line', 'town-line', 'grid-names', 'village-names'] as const
export const EXCLUSIVE_LAYERS = ['exclusive-area', 'exclusive-line'] as const

const nothingSelected: ExpressionSpecification = ['==', ['get', 'code'], '']

/** The layers that show the selected grid, and their filter for the grid of this code. */
export const SELECTED_GRID_LAYERS = ['selected-grid-area', 'selected-grid-line'] as const
export const isGrid = (code: string): ExpressionSpecification => ['==', ['get', 'code'], code]

export const labelPaint = (palette: Palette) => ({ 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.5 })

/** Names of roads and places. */
export function baseLabelLayers(palette: Palette): LayerSpecification[] {
  const paint = labelPaint(palette)
  return [
    {
      id: 'road-names',
      type: 'symbol',
      source: 'base',
      minzoom: 13,
      filter: ['in', ['get', 'kind'], ['literal', ['motorway', 'primary', 'secondary']]],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 420,
        'text-field': ['get', 'name'],
        'text-font': FONTS,
        'text-size': 12,
      },
      paint,
    },
    {
      id: 'place-names',
      type: 'symbol',
      source: 'places',
      minzoom: 11,
      filter: ['any', ['<=', ['get', 'rank'], 1], ['>=', ['zoom'], 14]],
      layout: { 'text-field': ['get', 'name'], 'text-font': FONTS, 'text-size': ['match', ['get', 'rank'], 1, 16, 12] },
      paint: { ...paint, 'text-color': ['match', ['get', 'rank'], 1, palette.ink, palette.label] },
    },
  ]
}

function gridLabelLayers(palette: Palette): LayerSpecification[] {
  const paint = labelPaint(palette)
  return [
    {
      id: 'grid-names',
      type: 'symbol',
      source: 'grid-labels',
      minzoom: VILLAGE_LABELS_UNTIL_ZOOM,
      filter: isLevel('grid'),
      layout: { 'text-field': ['get', 'short_name'], 'text-font': FONTS, 'text-size': 12, 'text-padding': 4 },
      paint: { ...paint, 'text-color': palette.brand },
    },
    {
      id: 'village-names',
      type: 'symbol',
      source: 'grid-labels',
      minzoom: 10.5,
      maxzoom: VILLAGE_LABELS_UNTIL_ZOOM,
      filter: isLevel('village'),
      layout: { 'text-field': ['get', 'short_name'], 'text-font': FONTS, 'text-size': 13 },
      paint: { ...paint, 'text-color': palette.brand },
    },
  ]
}
