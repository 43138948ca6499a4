import type { Position as Coordinates } from 'geojson'
import { describe, expect, it } from 'vitest'
import type { GridCollection, GridFeature, GridProperties } from '@/map/net'
import type { ChangedGrid, Changes } from './draft'
import { before, extentOf, fileNamePoints, netWithChanges, ownChanges, placeOf, placeOfRefusal, takeable, villageAt, withTouched } from './net_of_draft'

const square = (west: number, south: number, side = 1): Coordinates[] => [
  [west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south],
]

function grid(code: string, about: Partial<GridProperties> = {}, ring = square(0, 0)): GridFeature {
  const properties: GridProperties = {
    code, version: 1, name: `${code}网格`, short_name: code, level: 'grid', kind: 'base', parent_code: 'v', cluster_code: null, management_grade: null,
    area_m2: 100, label_point: [0.5, 0.5], indicative: false, ...about,
  }
  return { type: 'Feature', id: code, properties, geometry: { type: 'Polygon', coordinates: [ring] } }
}

const net = (...features: GridFeature[]): GridCollection => ({ type: 'FeatureCollection', features })
const changed = (feature: GridFeature, change: ChangedGrid['change'], version = 2) => ({ ...feature, properties: { ...feature.properties, change, version, replaces: [] } })
const changes = (...features: Changes['features']): Changes => ({ type: 'FeatureCollection', features })
const codes = ({ features }: { features: { properties: { code: string } }[] }) => features.map(({ properties }) => properties.code).sort()

const village = grid('v', { level: 'village', parent_code: 't' }, square(0, 0, 4))
const inForce = net(village, grid('a'), grid('b', {}, square(1, 0)))

describe('the net with a draft', () => {
  const split = changes(changed(grid('a', { area_m2: 60 }), 'changed'), changed(grid('c'), 'added'), changed(grid('b', {}, square(1, 0)), 'ended'))

  it('has what is added and changed, and no longer what ended', () => {
    const result = netWithChanges(inForce, split)
    expect(codes(result)).toEqual(['a', 'c', 'v'])
    expect(result.features.find(({ id }) => id === 'a')?.properties.area_m2).toBe(60)
  })

  it('remembers how changed and ended grids were', () => {
    expect(codes(before(inForce, split))).toEqual(['a', 'b'])
  })
})

describe('a neighbour that only got a point on its border', () => {
  const [first, ...rest] = square(1, 0)
  const touched = changed(grid('b', {}, [first!, [1.5, 0], ...rest]), 'changed')

  it('is told apart, and is no change of a person', () => {
    const found = withTouched(inForce, changes(touched, changed(village, 'changed'), changed(grid('a', { name: '新名' }), 'changed')))
    expect(found.features.map(({ properties }) => properties.touched)).toEqual([true, true, false])
    expect(codes(ownChanges(found))).toEqual(['a'])
    expect(codes(before(inForce, found))).toEqual(['a'])
  })

  it('is not looked for once the draft is the net', () => {
    const published = withTouched(inForce, changes(changed(grid('b', {}, square(1, 0)), 'changed', 1)))
    expect(published.features[0]?.properties.touched).toBe(false)
    expect(codes(before(inForce, published))).toEqual([])
  })

  it('is a change when a corner moved away', () => {
    const moved = changed(grid('b', {}, square(1, 0, 1.1)), 'changed')
    expect(withTouched(inForce, changes(moved)).features[0]?.properties.touched).toBe(false)
  })
})

describe('what a click can take', () => {
  const withMicro = net(village, grid('a'), grid('m', { level: 'micro', parent_code: 'a' }), grid('x', { kind: 'exclusive', area_m2: 5 }))

  it('is the smallest base grids', () => expect(codes(takeable(withMicro))).toEqual(['m']))
  it('and exclusive grids on top of them', () =>
    expect(takeable(withMicro, { exclusive: true }).features.map(({ id }) => id)).toEqual(['m', 'x']))
})

describe('places', () => {
  it('know their village, holes left out', () => {
    const ring = net({ ...village, geometry: { type: 'Polygon', coordinates: [square(0, 0, 4), square(1, 1)] } })
    expect(villageAt([3, 3], ring)).toBe('v')
    expect(villageAt([1.5, 1.5], ring)).toBeUndefined()
    expect(villageAt([9, 9], ring)).toBeUndefined()
  })

  it('have an extent, however deeply they are nested', () => {
    expect(extentOf(inForce)).toEqual([0, 0, 4, 4])
    expect(extentOf({ type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [7, 8] }] })).toEqual([7, 8, 7, 8])
    expect(extentOf({ type: 'FeatureCollection', features: [] })).toBeUndefined()
  })

  it('of a problem are its own, else the grids it names', () => {
    const problem = { kind: 'gap', severity: 'error' as const, codes: ['b'], features: [], sentence: '', what_to_do: '', place: null }
    expect(extentOf(placeOf(problem, inForce))).toEqual([1, 0, 2, 1])
    expect(placeOf({ ...problem, place: { type: 'Point', coordinates: [1, 2] } }, inForce)).toEqual({ type: 'Point', coordinates: [1, 2] })
  })

  it('of a refusal are what it points at', () => {
    const refusal = (more: object) => ({ kind: 'problem' as const, problem: { type: '', code: 'x', title: '', status: 409, detail: '', errors: null, reference: null, ...more } })
    expect(extentOf(placeOfRefusal(refusal({ codes: ['b'] }), inForce))).toEqual([1, 0, 2, 1])
    expect(placeOfRefusal(refusal({ place: { type: 'Point', coordinates: [1, 2] } }), inForce)).toEqual({ type: 'Point', coordinates: [1, 2] })
    expect(placeOfRefusal(refusal({}), inForce)).toBeNull()
    expect(placeOfRefusal({ kind: 'network' }, inForce)).toBeNull()
  })

  it('of names in a file are the middle of each feature', () => {
    const file = { type: 'FeatureCollection' as const, features: [{ type: 'Feature' as const, properties: { name: '甲' }, geometry: grid('a').geometry }] }
    expect(fileNamePoints(file).features[0]?.geometry.coordinates).toEqual([0.5, 0.5])
  })
})
