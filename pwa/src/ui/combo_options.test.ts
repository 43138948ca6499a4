import { expect, it } from 'vitest'
import { matchOptions } from './combo_options'

const OPTIONS = [
  { value: '1', words: '璜塘村第1网格', more: '璜塘村', keys: '320281104206001 htcd1wg' },
  { value: '2', words: '上东村第2网格', more: '上东村', keys: '320281104205002 sdcd2wg' },
  { value: '3', words: '新上东网格', keys: '320281104299001' },
]
const found = (typed: string) => matchOptions(OPTIONS, typed).map(({ value }) => value)

it('finds by name, by code and by initials, and what begins with the words first', () => {
  expect(found('上东')).toEqual(['2', '3'])
  expect(found('320281104206')).toEqual(['1'])
  expect(found('HTCD')).toEqual(['1'])
  expect(found('网格 璜塘')).toEqual(['1'])
  expect(found('没有')).toEqual([])
  expect(found(' ')).toHaveLength(3)
})
