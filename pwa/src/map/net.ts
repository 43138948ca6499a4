/** What the map is drawn from: the base map and the net of grids, fetched once per page. Knows the API, not MapLibre. */
import type { Feature, FeatureCollection, MultiPolygon, Point, Polygon } from 'geojson'

import { api } from '@/api/client'
import { now } from '@/lib/clock'
import { keepCopy, keptCopy } from '@/offline/kept'

export interface GridProperties {
  code: string
  version: number
  name: string
  short_name: string
  level: 'county' | 'town' | 'village' | 'grid' | 'micro'
  kind: 'base' | 'cluster' | 'exclusive'
  parent_code: string | null
  /** The cluster grid (连片) to which it belongs. */
  cluster_code: string | null
  /** 管理等级 1–4. */
  management_grade: number | null
  area_m2: number
  /** [lng, lat] where the name is drawn. */
  label_point: [number, number] | null
  /** The outline is 示意数据, not a survey. */
  indicative: boolean
}

export type GridFeature = Feature<Polygon | MultiPolygon | null, GridProperties> & { id: string }

export interface GridCollection {
  type: 'FeatureCollection'
  features: GridFeature[]
}

export interface Net {
  base: FeatureCollection
  grids: GridCollection
}

export const EMPTY_NET: Net = {
  base: { type: 'FeatureCollection', features: [] },
  grids: { type: 'FeatureCollection', features: [] },
}

let loading: Promise<Net> | undefined

/** The net, asked for once and kept; a failure is not kept, so that the next call tries again. */
export function loadNet(): Promise<Net> {
  loading ??= fetchNet().catch((failure: unknown) => {
    loading = undefined
    throw failure
  })
  return loading
}

/** The net has changed: the next call asks for it again. */
export function forgetNet(): void {
  loading = undefined
}

async function fetchNet(): Promise<Net> {
  const [base, grids] = await Promise.all([loadBaseMap(), loadGrids()])
  return { base, grids }
}

const loadGrids = (): Promise<GridCollection> => orKept('map.grids', async () => (await api.GET('/api/grids')).data as GridCollection | undefined)

/** The grids on this phone; undefined before the first visit with a signal. */
export async function keptGrids(): Promise<GridCollection | undefined> {
  return (await keptCopy<GridCollection>('map.grids'))?.data
}

/** What the server says, kept for where there is no signal; there, what was kept. Rejects where there is neither. */
async function orKept<T>(name: string, fetchIt: () => Promise<T | undefined>): Promise<T> {
  const data = await fetchIt().catch(() => undefined)
  if (data) void keepCopy(name, { data, asOf: now() })
  const found = data ?? (await keptCopy<T>(name))?.data
  if (!found) throw new Error('the map data did not arrive')
  return found
}

let loadingBase: Promise<FeatureCollection> | undefined

/** The base map alone; kept like the net. */
export function loadBaseMap(): Promise<FeatureCollection> {
  loadingBase ??= fetchBaseMap().catch((failure: unknown) => {
    loadingBase = undefined
    throw failure
  })
  return loadingBase
}

async function fetchBaseMap(): Promise<FeatureCollection> {
  return orKept('map.base', async () => (await api.GET('/api/base-map')).data as FeatureCollection | undefined)
}

/** One point per grid at the place where its name is drawn. */
export function gridLabels(grids: GridCollection): FeatureCollection<Point, GridProperties> {
  return {
    type: 'FeatureCollection',
    features: grids.features.flatMap(({ id, properties }) =>
      properties.label_point
        ? [{ type: 'Feature', id, properties, geometry: { type: 'Point', coordinates: properties.label_point } }]
        : [],
    ),
  }
}

/** The base map's place names without those that the net labels itself. */
export function placeNames(net: Net): FeatureCollection {
  const ofTheNet = new Set(net.grids.features.flatMap(({ properties }) => [properties.name, properties.short_name]))
  return {
    type: 'FeatureCollection',
    features: net.base.features.filter(
      ({ properties }) => properties?.kind === 'place' && !ofTheNet.has(properties.name as string),
    ),
  }
}

export function gridByCode(grids: GridCollection, code: string): GridFeature | undefined {
  return grids.features.find((grid) => grid.properties.code === code)
}

/** What the net is the net of: its one town, else its county. */
export function placeOf(grids: GridCollection): GridFeature | undefined {
  const towns = grids.features.filter((grid) => grid.properties.level === 'town')
  return towns.length === 1 ? towns[0] : grids.features.find((grid) => grid.properties.level === 'county')
}

/** [west, south, east, north] in degrees; undefined for a grid without an outline. */
export function boundsOf(grid: GridFeature): [number, number, number, number] | undefined {
  return boundsOfAll([grid])
}

/** The same around all of them. */
export function boundsOfAll(grids: GridFeature[]): [number, number, number, number] | undefined {
  const lngs: number[] = []
  const lats: number[] = []
  for (const grid of grids) collect(grid.geometry?.coordinates, lngs, lats)
  if (lngs.length === 0) return undefined
  return [least(lngs), least(lats), most(lngs), most(lats)]
}

function collect(coordinates: unknown, lngs: number[], lats: number[]): void {
  if (!Array.isArray(coordinates)) return
  const [first, second] = coordinates as unknown[]
  if (typeof first === 'number' && typeof second === 'number') {
    lngs.push(first)
    lats.push(second)
  } else for (const part of coordinates) collect(part, lngs, lats)
}

const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b))
const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b))
