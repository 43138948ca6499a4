import { describe, expect, it } from 'vitest'
import type { Import, Layer } from './import'
import { firstReading, furthestStep, lacking, refusedBefore, stepAt, titleOf, whole, withLayer } from './wizard'
import { systemWords } from './words'

const layer = (name: string, columns: string[]): Layer => ({
  name, features: 3, geometry: 'Polygon', encoding: 'gbk', encodings: [], crs: null, axes_swapped: false, bounds: null, remarks: [],
  crs_choices: [{ epsg: 4326, name: 'WGS 84', likely: false }, { epsg: 4528, name: 'GK 40', likely: true }],
  fields: columns.map((column) => ({ name: column, type: 'text', samples: [] })),
})

const made = (more: Partial<Import> = {}): Import => ({
  id: 'x', file_name: '璜塘村.zip', created_at: '', updated_at: '', layers: [layer('一', ['BM', 'MC'])], suggestion: null, reading: null, report: null,
  repairs: [], draft_id: null, ...more,
})
const report = (ok: boolean) => ({ ok }) as Import['report']

describe('the step', () => {
  it('follows from how far the import has come', () => {
    expect(furthestStep(null)).toBe('file')
    expect(furthestStep(made())).toBe('reading')
    expect(furthestStep(made({ report: report(false) }))).toBe('report')
    expect(furthestStep(made({ report: report(true) }))).toBe('draft')
  })

  it('is the one the address asks for, never one that is not reached', () => {
    expect(stepAt('reading', made({ report: report(true) }))).toBe('reading')
    expect(stepAt('draft', made({ report: report(false) }))).toBe('report')
    expect(stepAt('draft', made())).toBe('reading')
    expect(stepAt('draft', null)).toBe('file')
    expect(stepAt('nonsense', made())).toBe('reading')
  })

  it('after a reload without a step is the report, also one that passed', () => {
    expect(stepAt(undefined, made({ report: report(true) }))).toBe('report')
  })
})

describe('a reading', () => {
  const suggestion = { layer: '一', encoding: 'gbk', epsg: null, shift: 'none' as const, scope: null, fields: { code: 'BM', name: null } }

  it('begins with the suggestion, or what was said before', () => {
    expect(firstReading(made({ suggestion }))?.fields.code).toBe('BM')
    const reading = { ...suggestion, epsg: 4528, scope: 't', fields: { code: 'BM', name: 'MC' } }
    expect(firstReading(made({ suggestion, reading }))?.epsg).toBe(4528)
    expect(firstReading(made({ layers: [] }))).toBeNull()
  })

  it('names what is lacking, and is whole only without', () => {
    expect(lacking(suggestion)).toEqual(['epsg', 'scope', 'name'])
    expect(whole(suggestion)).toBeUndefined()
    expect(whole({ ...suggestion, epsg: 4528, scope: 't', fields: { code: 'BM', name: 'MC' } })?.fields).toEqual({ code: 'BM', name: 'MC' })
  })

  it('of another layer keeps the columns it has too, and takes the likely system', () => {
    const next = withLayer({ ...suggestion, fields: { code: 'BM', name: 'OTHER' } }, layer('二', ['BM', 'X']))
    expect(next).toMatchObject({ layer: '二', epsg: 4528, fields: { code: 'BM' } })
    expect(next.fields.name).toBeUndefined()
  })
})

it('refuses only what need not be sent', () => {
  expect(refusedBefore({ size: 0 })).toBe('empty')
  expect(refusedBefore({ size: 101e6 })).toBe('too_large')
  expect(refusedBefore({ size: 5 })).toBeUndefined()
})

it('calls the zones in Chinese, with and without the zone number in the easting', () => {
  expect(systemWords(4528, 'CGCS2000 / 3-degree Gauss-Krüger zone 40')).toBe('CGCS2000 3 度带第 40 带')
  expect(systemWords(4549, 'CGCS2000 / 3-degree Gauss-Krüger CM 120E')).toBe('CGCS2000 3 度带，中央经线 120°')
  expect(systemWords(4326, 'WGS 84')).toBe('WGS 84')
})

it('calls a draft after its file', () => expect(titleOf('璜塘村.2026.zip')).toBe('璜塘村.2026'))
