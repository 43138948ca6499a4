/* The steps of an import, and what a reading still lacks. Pure. */
import type { FieldName, Import, Layer, Reading } from './import'

export const STEPS = ['file', 'reading', 'report', 'draft'] as const
export type Step = (typeof STEPS)[number]

export const FORMATS = ['.geojson', '.json', '.gpkg', '.zip']
export const LIMIT_MB = 100

/** `level` and the rest follow from the code when no column says them. */
export const FIELDS: { name: FieldName; required: boolean }[] = [
  { name: 'code', required: true },
  { name: 'name', required: true },
  { name: 'short_name', required: false },
  { name: 'level', required: false },
  { name: 'kind', required: false },
  { name: 'parent', required: false },
  { name: 'grade', required: false },
]

/** The furthest step that the import has come to. */
export function furthestStep(found: Import | null): Step {
  if (!found) return 'file'
  if (!found.report) return 'reading'
  return found.report.ok ? 'draft' : 'report'
}

/** Where to stand: what the address asks for, if the import has come so far; else at the report, the step to read. */
export function stepAt(asked: string | undefined, found: Import | null): Step {
  const furthest = furthestStep(found)
  const step = STEPS.find((name) => name === asked)
  if (step && step !== 'file' && STEPS.indexOf(step) <= STEPS.indexOf(furthest)) return step
  return furthest === 'draft' ? 'report' : furthest
}

/** A reading being filled in: what nobody has said yet is null. */
export interface PartialReading {
  layer: string
  encoding: string
  epsg: number | null
  shift: Reading['shift']
  scope: string | null
  fields: Partial<Record<FieldName, string | null>>
}

export function firstReading({ reading, suggestion, layers }: Import): PartialReading | null {
  if (reading) return { ...reading, fields: { ...reading.fields } }
  if (suggestion) return { ...suggestion, fields: { ...suggestion.fields } }
  const layer = layers[0]
  return layer ? { layer: layer.name, encoding: layer.encoding, epsg: layer.crs?.epsg ?? null, shift: 'none', scope: null, fields: {} } : null
}

/** Another layer has its own encoding, system and columns; columns of the same name stay chosen. */
export function withLayer(reading: PartialReading, layer: Layer): PartialReading {
  const names = new Set(layer.fields.map(({ name }) => name))
  const kept = Object.entries(reading.fields).filter(([, column]) => column && names.has(column))
  const likely = layer.crs_choices.find((choice) => choice.likely)?.epsg ?? null
  return { ...reading, layer: layer.name, encoding: layer.encoding, epsg: layer.crs?.epsg ?? likely, fields: Object.fromEntries(kept) }
}

/** What must still be chosen, in the order of the form. */
export function lacking(reading: PartialReading): ('epsg' | 'scope' | FieldName)[] {
  const fields = FIELDS.flatMap(({ name, required }) => (required && !reading.fields[name] ? [name] : []))
  return [...(reading.epsg === null ? ['epsg' as const] : []), ...(reading.scope === null ? ['scope' as const] : []), ...fields]
}

/** Undefined while something is lacking. */
export function whole(reading: PartialReading): Reading | undefined {
  const { epsg, scope, fields } = reading
  const { code, name, ...others } = fields
  if (epsg === null || scope === null || !code || !name) return undefined
  return { ...reading, epsg, scope, fields: { ...others, code, name } }
}

export type Refusal = 'too_large' | 'empty'

/** Why a file is not even sent. Which kinds of file can be read the server says, by looking into them. */
export function refusedBefore(file: Pick<File, 'size'>): Refusal | undefined {
  if (file.size === 0) return 'empty'
  return file.size > LIMIT_MB * 1e6 ? 'too_large' : undefined
}

/** 璜塘村网格2026 for `璜塘村网格2026.zip`. */
export const titleOf = (fileName: string): string => fileName.replace(/\.[^.]+$/, '')
