/* A draft of the net as the server answers it, and the questions asked about drafts. Knows the API, not the screen. */
import type { FeatureCollection, Geometry, MultiPolygon, Polygon } from 'geojson'
import { api, ask, type Answer, type Schemas } from '@/api/client'
import type { GridCollection, GridProperties } from '@/map/net'

/** [lng, lat] in degrees, WGS84. */
export type Position = [lng: number, lat: number]

export type Operation = Schemas['OperationIn']['operation']
export type ListedDraft = Schemas['ListedDraft']
export type Impact = Schemas['Impact']

export type ChangedGrid = GridProperties & Pick<Schemas['ChangedProperties'], 'change' | 'replaces'> & { touched?: boolean }
export type Changes = FeatureCollection<Polygon | MultiPolygon | null, ChangedGrid>

/** Something wrong with a net, with words for the reader and the place where it is. */
export type GridProblem = Omit<Schemas['GridProblem'], 'place'> & { place: Geometry | null }
export type Draft = Omit<Schemas['Draft'], 'changes' | 'problems'> & { changes: Changes; problems: GridProblem[] }

// The API's description leaves GeoJSON open; here it has a type.
type Draws<T> = Promise<Answer<T>>
const at = (draft_id: string) => ({ path: { draft_id } })

/** Working a whole county out anew, or publishing it, takes longer than other answers. */
const PATIENCE_MS = 120_000
const patiently = (request: Request) => fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) })

export const listDrafts = () => ask(api.GET('/api/net/drafts'))
export const fetchDraft = (id: string) => ask(api.GET('/api/net/drafts/{draft_id}', { params: at(id), fetch: patiently })) as Draws<Draft>
export const nameDraft = (id: string, body: Schemas['DraftIn']) =>
  ask(api.PUT('/api/net/drafts/{draft_id}', { params: at(id), body, fetch: patiently })) as Draws<Draft>
export const discardDraft = (id: string) => ask(api.DELETE('/api/net/drafts/{draft_id}', { params: at(id) }))

export const addOperation = (id: string, version: number, operation: Operation) =>
  ask(api.POST('/api/net/drafts/{draft_id}/operations', { params: at(id), body: { version, operation }, fetch: patiently })) as Draws<Draft>
export const undoOperation = (id: string, version: number) =>
  ask(
    api.DELETE('/api/net/drafts/{draft_id}/operations/last', { params: { ...at(id), query: { version } }, fetch: patiently }),
  ) as Draws<Draft>
export const fetchBoundary = (id: string, a: string, b: string) =>
  ask(api.GET('/api/net/drafts/{draft_id}/boundary', { params: { ...at(id), query: { a, b } } }))

export const fetchImpact = (id: string) => ask(api.GET('/api/net/drafts/{draft_id}/impact', { params: at(id), fetch: patiently }))
export const publishDraft = (id: string, version: number) =>
  ask(api.POST('/api/net/drafts/{draft_id}/publish', { params: at(id), body: { version }, fetch: patiently }))

/** The net that will be in force on `on` (YYYY-MM-DD) without the draft. */
export const netOn = (on: string) => ask(api.GET('/api/grids', { params: { query: { on } } })) as Draws<GridCollection>
