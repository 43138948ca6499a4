import { describe, expect, it } from 'vitest'
import type { Schemas } from '@/api/client'
import type { GridFeature, GridProperties } from '@/map/net'
import { exampleCase } from './example_cases'
import { mattersByMajor, villagesOf } from './net_lists'

const grid = (code: string, level: GridProperties['level'], parent_code: string, kind: GridProperties['kind'] = 'base'): GridFeature => ({
  type: 'Feature',
  id: code,
  properties: { code, version: 1, name: code, short_name: code, level, kind, parent_code, area_m2: 2e6, label_point: null, indicative: true },
  geometry: null,
})

describe('the list of villages', () => {
  it('counts base and exclusive grids apart, and the open cases inside', () => {
    const features = [
      grid('320281104206', 'village', '320281104'),
      grid('320281104206001', 'grid', '320281104206'),
      grid('320281104206002', 'grid', '320281104206'),
      grid('320281104206901', 'grid', '320281104206', 'exclusive'),
      grid('320281104207', 'village', '320281104'),
    ]
    const cases = [exampleCase('a'), exampleCase('b', { status: 'closed' })]
    const [first, second] = villagesOf({ type: 'FeatureCollection', features }, cases)
    expect(first).toEqual({ code: '320281104206', name: '320281104206', grids: 2, exclusive: 1, area_m2: 2e6, open_cases: 1 })
    expect(second).toMatchObject({ grids: 0, exclusive: 0, open_cases: 0 })
  })
})

describe('the list of matters', () => {
  it('sums matters and filing conditions by major class', () => {
    const matter = (major_code: string, name: string, conditions: number) =>
      ({ major_code, major_name: `大类 ${major_code}`, name, conditions: Array(conditions).fill({}) }) as unknown as Schemas['MatterOut']
    expect(mattersByMajor([matter('E01', '暴露垃圾', 2), matter('C01', '路灯', 1), matter('E01', '道路不洁', 1)])).toEqual([
      { name: '大类 C01', count: 1, conditions: 1, words: '路灯' },
      { name: '大类 E01', count: 2, conditions: 3, words: '暴露垃圾、道路不洁' },
    ])
  })
})
