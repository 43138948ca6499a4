/* How a net being changed is drawn: its grids, what changes, how it was before, what is picked, and where something is wrong. */
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification, Map } from 'maplibre-gl'
import { FONTS } from '@/map/fonts'
import type { Palette } from '@/map/palette'
import { isKind, isLevel, labelPaint } from '@/map/style'

export const NET = 'draft-net'
export const TAKEABLE = 'draft-takeable'
export const NAMES = 'draft-names'
export const CHANGES = 'draft-changes'
export const BEFORE = 'draft-before'
export const PLACE = 'draft-place'
export const OUTLINE = 'draft-outline'
export const SOURCES = [NET, TAKEABLE, NAMES, CHANGES, BEFORE, OUTLINE, PLACE]

/** The layer under the pointer when a grid is taken; its features carry the grid's code. */
export const TAKEABLE_AREA = 'draft-takeable-area'
export const PICKED_LAYERS = ['draft-picked-area', 'draft-picked-line'] as const

const isSmall: ExpressionSpecification = ['all', ['in', ['get', 'level'], ['literal', ['grid', 'micro']]], isKind('base')]
const isVillage: ExpressionSpecification = ['all', isLevel('village'), isKind('base')]
/** Parents change with their parts; only the parts are coloured. */
const isPart: ExpressionSpecification = ['any', isSmall, isKind('exclusive')]
const isOfFile: ExpressionSpecification = ['has', 'index']
const isChanged: ExpressionSpecification = ['all', isPart, ['!=', ['get', 'change'], 'ended'], ['!', ['to-boolean', ['get', 'touched']]]]

/** Grids whose code is in `codes`. */
export const areGrids = (codes: string[]): ExpressionSpecification => ['in', ['get', 'code'], ['literal', codes]]

/** Adds our sources and layers to a freshly styled map and hides the style's own grids, which are those in force today. */
export function addDraftLayers(map: Map, palette: Palette): void {
  for (const layer of map.getStyle().layers) if (!isBaseMap(layer)) map.setLayoutProperty(layer.id, 'visibility', 'none')
  const nothing: GeoJSONSourceSpecification = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } }
  for (const id of SOURCES) if (!map.getSource(id)) map.addSource(id, nothing)
  for (const layer of draftLayers(palette)) if (!map.getLayer(layer.id)) map.addLayer(layer)
}

function isBaseMap(layer: LayerSpecification): boolean {
  return layer.type === 'background' || layer.source === 'base' || layer.source === 'places'
}

export function draftLayers(palette: Palette): LayerSpecification[] {
  const line = (id: string, source: string, filter: ExpressionSpecification | null, paint: Record<string, unknown>, minzoom = 0): LayerSpecification => ({
    id,
    type: 'line',
    source,
    minzoom,
    ...(filter && { filter }),
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.gridLine, ...paint },
  })
  const area = (id: string, source: string, filter: ExpressionSpecification | null, paint: Record<string, unknown>): LayerSpecification => ({
    id,
    type: 'fill',
    source,
    ...(filter && { filter }),
    paint,
  })
  return [
    area(TAKEABLE_AREA, TAKEABLE, null, { 'fill-opacity': 0 }),
    area('draft-exclusive-area', NET, isKind('exclusive'), { 'fill-pattern': 'hatch' }),
    area('draft-changed-area', CHANGES, isChanged, { 'fill-color': palette.warn, 'fill-opacity': 0.16 }),
    line('draft-grid-line', NET, isSmall, { 'line-width': 0.9, 'line-opacity': 0.55 }, 11),
    line('draft-exclusive-line', NET, isKind('exclusive'), { 'line-width': 1, 'line-opacity': 0.8 }),
    line('draft-village-line', NET, isVillage, { 'line-width': 1.6, 'line-opacity': 0.75 }),
    line('draft-town-line', NET, isLevel('town'), { 'line-width': 2, 'line-opacity': 0.85 }),
    line('draft-before-line', BEFORE, ['any', isPart, isOfFile], { 'line-color': palette.ink, 'line-width': 1.5, 'line-dasharray': [3, 2.5], 'line-opacity': 0.7 }),
    line('draft-changed-line', CHANGES, isChanged, { 'line-color': palette.warn, 'line-width': 2 }),
    area('draft-outline-area', OUTLINE, null, { 'fill-color': worst(palette), 'fill-opacity': 0.12 }),
    line('draft-outline-line', OUTLINE, null, { 'line-color': worst(palette), 'line-width': 1.25 }),
    area(PICKED_LAYERS[0], NET, areGrids([]), { 'fill-color': palette.brand, 'fill-opacity': 0.16 }),
    line(PICKED_LAYERS[1], NET, areGrids([]), { 'line-color': palette.brand, 'line-width': 2.5 }),
    ...placeLayers(palette),
    names('draft-grid-names', ['!=', ['get', 'level'], 'village'], 13.2, 24, palette),
    names('draft-village-names', isLevel('village'), 10.5, 13.2, palette),
  ]
}

/** A feature of a file by the worst of its problems. */
const worst = (palette: Palette): ExpressionSpecification => ['match', ['to-string', ['get', 'worst']], 'error', palette.urgent, 'warning', palette.warn, palette.ok]

/** Where something is wrong: an area, a line or a point, whichever it is; thin slivers must be seen, so the line is thick. */
function placeLayers(palette: Palette): LayerSpecification[] {
  const urgent = palette.urgent
  return [
    {
      id: 'draft-place-area',
      type: 'fill',
      source: PLACE,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': urgent, 'fill-opacity': 0.3 },
    },
    {
      id: 'draft-place-line',
      type: 'line',
      source: PLACE,
      filter: ['!=', ['geometry-type'], 'Point'],
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': urgent, 'line-width': 3 },
    },
    {
      id: 'draft-place-point',
      type: 'circle',
      source: PLACE,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-radius': 9, 'circle-color': urgent, 'circle-opacity': 0.25, 'circle-stroke-color': urgent, 'circle-stroke-width': 2.5 },
    },
  ]
}

function names(id: string, filter: ExpressionSpecification, minzoom: number, maxzoom: number, palette: Palette): LayerSpecification {
  return {
    id,
    type: 'symbol',
    source: NAMES,
    minzoom,
    maxzoom,
    filter,
    layout: { 'text-field': ['get', 'short_name'], 'text-font': FONTS, 'text-size': 12, 'text-padding': 4 },
    paint: { ...labelPaint(palette), 'text-color': palette.brand },
  }
}
