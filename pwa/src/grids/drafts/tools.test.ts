import { describe, expect, it } from 'vitest'
import type { GridCollection, GridProperties } from '@/map/net'
import type { Position } from './draft'
import { positionsOf } from './sketch'
import { NO_FIELDS, operationOf, pickedAfter, type Fields, type Tool, type Work } from './tools'

const about = (code: string, area_m2: number): GridProperties => ({
  code, version: 1, name: `${code}网格`, short_name: code, level: 'grid', kind: 'base', parent_code: 'v', cluster_code: null, management_grade: 2,
  area_m2, label_point: null, indicative: false,
})
const grids: GridCollection = {
  type: 'FeatureCollection',
  features: [about('a', 10), about('b', 30)].map((properties) => ({ type: 'Feature', id: properties.code, properties, geometry: null })),
}
const LINE: Position[] = [[0, 0], [1, 1]]
const RING: Position[] = [[0, 0], [1, 0], [1, 1]]

const work = (tool: Tool, more: Partial<Omit<Work, 'fields'>> & { fields?: Partial<Fields> } = {}): Work => ({
  tool, picked: [], positions: [], part: 0, ...more, fields: { ...NO_FIELDS, ...more.fields },
})

describe('a tool is ready', () => {
  it.each<[Work, unknown]>([
    [work('split', { picked: ['a'] }), undefined],
    [work('split', { picked: ['a'], positions: LINE }), { kind: 'split', code: 'a', line: LINE }],
    [work('split', { picked: ['a'], positions: LINE, fields: { name: ' 新 ' } }), { kind: 'split', code: 'a', line: LINE, name: '新' }],
    [work('merge', { picked: ['a'] }), undefined],
    [work('merge', { picked: ['a', 'b'] }), { kind: 'merge', codes: ['a', 'b'], keep: 'b' }],
    [work('merge', { picked: ['a', 'b'], fields: { keep: 'a' } }), { kind: 'merge', codes: ['a', 'b'], keep: 'a' }],
    [work('move_boundary', { picked: ['a', 'b'], part: 1 }), undefined],
    [work('move_boundary', { picked: ['a', 'b'], part: 1, positions: LINE }), { kind: 'move_boundary', a: 'a', b: 'b', part: 1, line: LINE }],
    [work('draw_exclusive', { positions: RING, fields: { name: '学校' } }), undefined],
    [work('draw_exclusive', { positions: LINE, fields: { name: '学校', parent_code: 'v' } }), undefined],
    [
      work('draw_exclusive', { positions: RING, fields: { name: '学校', parent_code: 'v' } }),
      { kind: 'draw_exclusive', name: '学校', short_name: null, parent_code: 'v', ring: RING },
    ],
    [work('cluster', { picked: ['a', 'b'] }), undefined],
    [work('cluster', { picked: ['a', 'b'], fields: { name: '东片' } }), { kind: 'cluster', name: '东片', members: ['a', 'b'] }],
  ])('%o', (given, expected) => expect(operationOf(given, grids)).toEqual(expected))
})

describe('describing a grid', () => {
  const now = { name: 'a网格', short_name: 'a', management_grade: 2, cluster_code: null }
  const describing = (fields: Partial<Fields>) => operationOf(work('describe', { picked: ['a'], fields: { ...now, ...fields } }), grids)

  it('sends nothing when nothing differs, or a name was emptied', () => {
    expect(describing({})).toBeUndefined()
    expect(describing({ name: ' ' })).toBeUndefined()
  })

  it('sends only what differs; null takes the grade away', () => {
    expect(describing({ management_grade: null })).toEqual({ kind: 'describe', code: 'a', management_grade: null })
    expect(describing({ name: '甲' })).toEqual({ kind: 'describe', code: 'a', name: '甲' })
  })
})

describe('clicking grids', () => {
  it('takes one to split, the last two to move a border, any number to merge, none to draw', () => {
    expect(pickedAfter('split', ['a'], 'b')).toEqual(['b'])
    expect(pickedAfter('move_boundary', ['a', 'b'], 'c')).toEqual(['b', 'c'])
    expect(pickedAfter('merge', ['a', 'b'], 'c')).toEqual(['a', 'b', 'c'])
    expect(pickedAfter('draw_exclusive', [], 'a')).toEqual([])
  })
  it('lets go of one that is clicked again', () => expect(pickedAfter('merge', ['a', 'b'], 'a')).toEqual(['b']))
})

describe('what was drawn', () => {
  it('leaves out the position under the pointer while drawing', () => {
    const geometry = { type: 'LineString' as const, coordinates: [[0, 0], [1.00000004, 1], [5, 5]] }
    expect(positionsOf({ geometry }, true)).toEqual([[0, 0], [1, 1]])
    expect(positionsOf({ geometry }, false)).toHaveLength(3)
  })
  it('does not repeat the first position of a ring', () => {
    const geometry = { type: 'Polygon' as const, coordinates: [[...RING, [0, 0]]] }
    expect(positionsOf({ geometry }, false)).toEqual(RING)
  })
})
