import { expect, it } from 'vitest'
import type { Schemas } from '@/api/client'
import { mattersByMajor } from './majors'

it('sums matters and filing conditions by major class', () => {
  const matter = (major_code: string, name: string, conditions: number) =>
    ({ major_code, major_name: `大类 ${major_code}`, name, conditions: Array(conditions).fill({}) }) as unknown as Schemas['MatterOut']
  expect(mattersByMajor([matter('E01', '暴露垃圾', 2), matter('C01', '路灯', 1), matter('E01', '道路不洁', 1)])).toEqual([
    { name: '大类 C01', count: 1, conditions: 1, words: '路灯' },
    { name: '大类 E01', count: 2, conditions: 3, words: '暴露垃圾、道路不洁' },
  ])
})
