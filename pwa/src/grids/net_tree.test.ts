import { describe, expect, it } from 'vitest'
import { above, drawn, firstOpen, hitsOf, rowsOf, sumBelow, treeOf, typedAhead, type GridNode } from './net_tree'

const grid = (code: string, level: GridNode['level'], parent_code: string | null, more: Partial<GridNode> = {}): GridNode => ({
  code, version: 1, name: code, short_name: code, initials: code, level, kind: 'base', parent_code, cluster_code: null, management_grade: null,
  area_m2: 1e6, label_point: null, bbox: null, open_cases: 0, people: [], ...more,
})

const NET = [
  grid('320281', 'county', null),
  grid('320281104', 'town', '320281', { area_m2: 4e6 }),
  grid('320281104L01', 'village', '320281104', { kind: 'cluster', name: '璜塘连片', initials: 'htlp' }),
  grid('320281104206', 'village', '320281104', { name: '璜塘村', initials: 'htc', cluster_code: '320281104L01', area_m2: 3e6 }),
  grid('320281104206001', 'grid', '320281104206', { name: '璜塘村第1网格', initials: 'htcd1wg', people: [{ id: 'a', name: '网格员 001', duty: 'grid_worker', role: 'worker' }] }),
  grid('320281104206002', 'grid', '320281104206', { name: '璜塘村第2网格', initials: 'htcd2wg', area_m2: 2e6 }),
  grid('320281104206901', 'grid', '320281104206', { kind: 'exclusive', name: '霞客湾校区', initials: 'xkwxq' }),
  grid('320281104208', 'village', '320281104', { name: '马镇村', initials: 'mzc' }),
]
const tree = treeOf(NET)
const codes = (open: Iterable<string>) => rowsOf(tree, new Set(open)).map(({ branch }) => branch.grid.code)

describe('the tree', () => {
  it('puts clusters first, their villages below them, exclusive grids last', () => {
    expect(codes(NET.map(({ code }) => code))).toEqual([
      '320281', '320281104', '320281104L01', '320281104206', '320281104206001', '320281104206002', '320281104206901', '320281104208',
    ])
  })

  it('stands open at first as far as there is no choice', () => {
    expect([...firstOpen(tree)]).toEqual(['320281', '320281104'])
    expect(codes(firstOpen(tree))).toEqual(['320281', '320281104', '320281104L01', '320281104208'])
  })

  it('says where a row stands among its siblings', () => {
    const last = rowsOf(tree, firstOpen(tree)).at(-1)
    expect([last?.depth, last?.place, last?.of]).toEqual([3, 2, 2])
  })

  it('counts base grids of the second level and knows the way up', () => {
    const village = tree.byCode.get('320281104206')!
    expect(village.leaves).toBe(2)
    expect(tree.roots[0]?.leaves).toBe(2)
    expect(above(village).map((each) => each.grid.code)).toEqual(['320281', '320281104', '320281104L01'])
  })

  it('sums the parts that tile a grid, clusters looked through', () => {
    expect(sumBelow(tree.byCode.get('320281104206')!)).toEqual({ count: 2, area_m2: 3e6 })
    expect(sumBelow(tree.byCode.get('320281104')!)).toEqual({ count: 2, area_m2: 4e6 })
  })

  it('keeps a grid whose parent is missing in sight', () => {
    expect(treeOf([grid('320281104206', 'village', '320281104')]).roots).toHaveLength(1)
  })
})

describe('what is typed', () => {
  const found = (typed: string, most = 9) => hitsOf(tree, typed, most).map(({ branch, person }) => person?.name ?? branch.grid.name)

  it('finds by name, code, initials and person, the closest first', () => {
    expect(found('璜塘村')).toEqual(['璜塘村', '璜塘村第1网格', '璜塘村第2网格'])
    expect(found('HTC')).toEqual(['璜塘村', '璜塘村第1网格', '璜塘村第2网格'])
    expect(found('320281104206901')).toEqual(['霞客湾校区'])
    expect(found('网格员')).toEqual(['网格员 001'])
    expect(found('第2')).toEqual(['璜塘村第2网格'])
    expect(found('  ')).toEqual([])
    expect(found('璜塘', 2)).toHaveLength(2)
  })

  it('moves ahead in the list, round and round', () => {
    const rows = rowsOf(tree, new Set(NET.map(({ code }) => code)))
    const at = (from: number, typed: string) => rows[typedAhead(rows, from, typed)]?.branch.grid.name
    expect(at(0, 'h')).toBe('璜塘连片')
    expect(at(2, 'h')).toBe('璜塘村')
    expect(at(2, 'ht')).toBe('璜塘连片')
    expect(at(7, 'm')).toBe('马镇村')
    expect(at(0, 'z')).toBeUndefined()
  })
})

it('draws only the rows in sight and a few around them', () => {
  expect(drawn(0, 600, 30, 2099)).toEqual({ first: 0, end: 28 })
  expect(drawn(30_000, 600, 30, 2099)).toEqual({ first: 992, end: 1028 })
  expect(drawn(62_370, 600, 30, 2099).end).toBe(2099)
})
