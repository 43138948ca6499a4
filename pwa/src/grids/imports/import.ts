/* A file of grids on its way into the net, as the server answers it, and the questions asked about it. Knows the API, not
   the screen. Reading, dry run and repairs of a whole county take longer than other answers. */
import type { FeatureCollection, Geometry } from 'geojson'
import { api, ask, type Answer, type Schemas } from '@/api/client'

export type Import = Schemas['Import']
export type ImportSummary = Schemas['ImportSummary']
export type Layer = Schemas['Layer']
export type Reading = Schemas['Reading']
export type DryRun = Schemas['DryRun']
export type Repair = Schemas['Repair']
export type FieldName = keyof Schemas['FieldMap']

export interface FeatureProperties {
  index: number
  code: string
  name: string
  problems: string[]
  worst: 'error' | 'warning' | null
}
export type Features = FeatureCollection<Geometry | null, FeatureProperties>
export interface Preview extends FeatureCollection<Geometry | null> {
  shown: number
  total: number
  away_km: number | null
}

const PATIENCE_MS = 300_000
const patiently = (request: Request) => fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) })
const at = (import_id: string) => ({ path: { import_id } })

export const listImports = () => ask(api.GET('/api/net/imports'))
export const fetchImport = (id: string) => ask(api.GET('/api/net/imports/{import_id}', { params: at(id) }))
export const putReading = (id: string, body: Reading) =>
  ask(api.PUT('/api/net/imports/{import_id}/reading', { params: at(id), body, fetch: patiently }))
export const putRepairs = (id: string, repairs: Repair[]) =>
  ask(api.PUT('/api/net/imports/{import_id}/repairs', { params: at(id), body: { repairs }, fetch: patiently }))
export const makeDraft = (id: string, body: { draft_id: string; title: string; effective_on: string }) =>
  ask(api.POST('/api/net/imports/{import_id}/draft', { params: at(id), body, fetch: patiently }))

export async function fetchFeatures(id: string): Promise<Answer<Features>> {
  return (await ask(api.GET('/api/net/imports/{import_id}/features', { params: at(id), fetch: patiently }))) as unknown as Answer<Features>
}

/** Where a layer would lie if read so. */
export async function fetchPreview(id: string, query: { layer: string; crs: number; shift: NonNullable<Reading['shift']>; swap: boolean }): Promise<Answer<Preview>> {
  const params = { ...at(id), query }
  return (await ask(api.GET('/api/net/imports/{import_id}/preview', { params, fetch: patiently }))) as unknown as Answer<Preview>
}
