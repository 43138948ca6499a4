/* The net as a draft would have it, from the net in force and the draft's changes. Pure. */
import type { Feature, FeatureCollection, Geometry, MultiPolygon, Point, Polygon, Position as Coordinates } from 'geojson'
import type { Failure } from '@/api/client'
import type { GridCollection, GridFeature, GridProperties } from '@/map/net'
import type { ComboOption } from '@/ui/combo_options'
import type { Changes, GridProblem, Position } from './draft'

export const NO_NET: { type: 'FeatureCollection'; features: never[] } = { type: 'FeatureCollection', features: [] }

/** Grids of `net` with those of `changes` put in their place; ended ones are gone. */
export function netWithChanges(net: GridCollection, changes: Changes): GridCollection {
  const changed = new Map(changes.features.map((grid) => [grid.properties.code, grid]))
  const kept = net.features.filter(({ properties }) => !changed.has(properties.code))
  const arriving = changes.features.filter(({ properties }) => properties.change !== 'ended')
  return { type: 'FeatureCollection', features: [...kept, ...arriving.map((grid) => ({ ...grid, id: grid.properties.code }))] }
}

/** The grids of `net` that the draft changes or ends, as they are before it. `changes` as `withTouched` gives them. */
export function before(net: GridCollection, changes: Changes): GridCollection {
  const versions = new Map(changes.features.flatMap(({ properties }) => (properties.change === 'added' || properties.touched ? [] : [[properties.code, properties]])))
  const isOther = ({ code, version }: GridProperties) => versions.get(code)?.change === 'ended' || (versions.get(code)?.version ?? version) !== version
  return { type: 'FeatureCollection', features: net.features.filter(({ properties }) => isOther(properties)) }
}

/** The changes that a person made; their parents and merely touched neighbours follow from them. */
export function ownChanges(changes: Changes): Changes {
  return { type: 'FeatureCollection', features: changes.features.filter(({ properties }) => !properties.touched && !isParent(properties)) }
}

/** Made of other grids: villages, towns, clusters. */
export const isParent = ({ kind, level }: GridProperties): boolean => kind === 'cluster' || (kind === 'base' && level !== 'grid' && level !== 'micro')

/** The same changes, each saying whether it merely got points on its border where a neighbour's border meets it. */
export function withTouched(net: GridCollection, changes: Changes): Changes {
  const olds = new Map(net.features.map((grid) => [grid.properties.code, grid]))
  const features = changes.features.map((grid) => ({ ...grid, properties: { ...grid.properties, touched: isTouched(olds.get(grid.properties.code), grid) } }))
  return { type: 'FeatureCollection', features }
}

const SAID = ['name', 'short_name', 'parent_code', 'cluster_code', 'management_grade', 'area_m2'] as const

function isTouched(old: GridFeature | undefined, { geometry, properties }: Changes['features'][number]): boolean {
  if (!old?.geometry || !geometry || properties.change !== 'changed') return false
  // The net has it already: a published draft is not compared with itself.
  if (old.properties.version === properties.version) return false
  if (SAID.some((key) => old.properties[key] !== properties[key])) return false
  const corners = new Set(cornersOf(geometry))
  return cornersOf(old.geometry).every((corner) => corners.has(corner))
}

const cornersOf = (geometry: Polygon | MultiPolygon) => geometry.coordinates.flat(geometry.type === 'Polygon' ? 1 : 2).map(String)

/** Base grids without parts of their own, the largest first; with `exclusive` also those, which lie on top. */
export function takeable(net: GridCollection, { exclusive = false } = {}): GridCollection {
  const parents = new Set(net.features.flatMap(({ properties }) => (properties.kind === 'base' ? [properties.parent_code] : [])))
  const isLeaf = ({ level, code }: GridProperties) => (level === 'grid' || level === 'micro') && !parents.has(code)
  const found = net.features.filter(
    ({ geometry, properties }) => geometry && (properties.kind === 'base' ? isLeaf(properties) : exclusive && properties.kind === 'exclusive'),
  )
  return { type: 'FeatureCollection', features: found.sort((a, b) => b.properties.area_m2 - a.properties.area_m2) }
}

/** `grids` as a ComboBox offers them. */
export function gridOptions(grids: GridFeature[]): ComboOption[] {
  return grids.map(({ properties }) => ({ value: properties.code, words: properties.name, more: properties.code, keys: properties.short_name }))
}

/** The code of the village that holds the position. */
export function villageAt(position: Position, net: GridCollection): string | undefined {
  return net.features.find(({ geometry, properties: { level, kind } }) => level === 'village' && kind === 'base' && geometry && holds(geometry, position))?.properties.code
}

/** Even-odd over all rings: holes are outside. */
function holds(geometry: Polygon | MultiPolygon, [lng, lat]: Position): boolean {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  let inside = false
  for (const ring of polygons.flat()) {
    for (let n = 1; n < ring.length; n++) {
      const [x1 = 0, y1 = 0] = ring[n - 1]!
      const [x2 = 0, y2 = 0] = ring[n]!
      if (y1 > lat !== y2 > lat && lng < x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside
    }
  }
  return inside
}

/** Where a problem is: its own place, else the grids it names. */
export function placeOf({ place, codes }: GridProblem, net: GridCollection): Geometry {
  return place ?? together(net.features.filter(({ properties }) => codes.includes(properties.code)))
}

/** What a refusal points at: a place, or the grids it names. */
export function placeOfRefusal(failure: Failure | null, net: GridCollection): Geometry | null {
  if (failure?.kind !== 'problem') return null
  const { place, codes = [] } = failure.problem as { place?: Geometry | null; codes?: string[] }
  if (place) return place
  const named = net.features.filter(({ properties }) => codes.includes(properties.code))
  return named.length ? together(named) : null
}

/** Several outlines as one thing to show. */
export function together(features: Feature<Geometry | null>[]): Geometry {
  return { type: 'GeometryCollection', geometries: features.flatMap(({ geometry }) => geometry ?? []) }
}

/** [west, south, east, north] of any GeoJSON; undefined when it holds no position. */
export function extentOf(thing: FeatureCollection<Geometry | null> | Feature<Geometry | null> | Geometry | null): [number, number, number, number] | undefined {
  const extent: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  widen(extent, thing)
  return extent[0] === Infinity ? undefined : extent
}

function widen(extent: [number, number, number, number], thing: FeatureCollection<Geometry | null> | Feature<Geometry | null> | Geometry | null): void {
  if (!thing) return
  if (thing.type === 'FeatureCollection') thing.features.forEach((feature) => widen(extent, feature))
  else if (thing.type === 'Feature') widen(extent, thing.geometry)
  else if (thing.type === 'GeometryCollection') thing.geometries.forEach((geometry) => widen(extent, geometry))
  else widenBy(extent, thing.coordinates)
}

function widenBy(extent: [number, number, number, number], coordinates: Coordinates | Coordinates[] | Coordinates[][] | Coordinates[][][]): void {
  const [lng, lat] = coordinates
  if (typeof lng !== 'number' || typeof lat !== 'number') {
    for (const part of coordinates as Coordinates[]) widenBy(extent, part)
    return
  }
  extent[0] = Math.min(extent[0], lng)
  extent[1] = Math.min(extent[1], lat)
  extent[2] = Math.max(extent[2], lng)
  extent[3] = Math.max(extent[3], lat)
}

type Named = { short_name: string; level: string }

/** One point per grid where its name is drawn. */
export function namePoints(grids: GridFeature[]): FeatureCollection<Point, Named> {
  // A cluster's name would lie over those of its villages.
  return points(grids.filter(({ properties }) => properties.kind !== 'cluster').map(({ properties }) => ({ ...properties, at: properties.label_point })))
}

/** The same for features of a file, which say nothing of the kind: the middle of each. */
export function fileNamePoints({ features }: FeatureCollection<Geometry | null>): FeatureCollection<Point, Named> {
  return points(features.flatMap((feature) => (feature.properties?.['name'] ? [{ short_name: String(feature.properties['name']), level: 'grid', at: middleOf(feature) }] : [])))
}

function points(named: (Named & { at: Position | null | undefined })[]): FeatureCollection<Point, Named> {
  return {
    type: 'FeatureCollection',
    features: named.flatMap(({ short_name, level, at }) =>
      at ? [{ type: 'Feature' as const, properties: { short_name, level }, geometry: { type: 'Point' as const, coordinates: at } }] : [],
    ),
  }
}

function middleOf(feature: Feature<Geometry | null>): Position | undefined {
  const extent = extentOf(feature)
  return extent && [(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2]
}
