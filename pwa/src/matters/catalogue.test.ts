import { expect, it } from 'vitest'
import { defaultCondition, limitWords, searchMatters, type Matter } from './catalogue'

function matter(name: string, initials: string, major_name = '市容环境'): Matter {
  return { code: initials, name, initials, major_name } as Matter
}

const ALL = [matter('无照经营游商', 'wzjyys'), matter('施工占道', 'sgzd', '施工管理'), matter('占道经营', 'zdjy', '街面秩序'), matter('暴露生活垃圾', 'blshlj')]
const names = (typed: string): string[] => searchMatters(ALL, typed).map((one) => one.name)

it.each([
  ['占道', ['占道经营', '施工占道']],
  ['zd', ['占道经营', '施工占道']],
  ['ZDJY', ['占道经营']],
  ['垃圾', ['暴露生活垃圾']],
  ['施工管理', ['施工占道']],
  ['  ', []],
  ['火星', []],
])('searching %s', (typed, found) => expect(names(typed)).toEqual(found))

it('the default condition, or the first if the catalogue names none', () => {
  const conditions = [{ code: 'a', is_default: false }, { code: 'b', is_default: true }]
  expect(defaultCondition({ conditions } as Matter).code).toBe('b')
  expect(defaultCondition({ conditions: [{ code: 'a', is_default: false }] } as Matter).code).toBe('a')
})

it('limits say which hours count', () => {
  expect(limitWords({ amount: 4, unit: 'work_hour' })).toBe('4 个工作小时内')
  expect(limitWords({ amount: 2, unit: 'urgent_hour' })).toBe('2 小时内（不分昼夜）')
})
