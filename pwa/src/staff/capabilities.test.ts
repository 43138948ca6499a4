import { expect, it } from 'vitest'
import { capabilityNames, majorsOf } from './capabilities'

const MATTERS = [
  { code: 'E0102', name: '占道经营', major_code: 'E01', major_name: '街面秩序' },
  { code: 'E0101', name: '乱张贴', major_code: 'E01', major_name: '街面秩序' },
  { code: 'C0101', name: '井盖破损', major_code: 'C01', major_name: '公用设施' },
]

it('groups the catalogue by major, in the order of codes', () => {
  expect(majorsOf(MATTERS).map(({ code, matterCodes }) => [code, matterCodes])).toEqual([
    ['C01', ['C0101']],
    ['E01', ['E0101', 'E0102']],
  ])
})

it('names majors, matters and what the catalogue no longer has', () => {
  expect(capabilityNames(['E01', 'C0101', 'X99'], MATTERS, '全部')).toEqual(['井盖破损', '街面秩序', 'X99'])
  expect(capabilityNames(['*'], MATTERS, '全部')).toEqual(['全部'])
})
