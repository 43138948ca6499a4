import { expect, it } from 'vitest'
import { defaultCondition, foundBy, limitOn, limitWords, searchMatters, type Condition, type Matter } from './catalogue'

function matter(code: string, name: string, initials: string, major_name: string, ...words: string[]): Matter {
  return { code, name, initials, major_name, conditions: words.map((one) => ({ words: one })) } as Matter
}

const ALL = [
  matter('E0410', '非机动车乱停放', 'fjdcltf', '街面秩序', '停放堵塞出入口、盲道'),
  matter('E0110', '暴露生活垃圾', 'blshlj', '市容环境', '生活垃圾裸露堆放、散落'),
  matter('E0401', '无照经营游商', 'wzjyys', '街面秩序', '无照流动摊贩占道叫卖'),
  matter('E0302', '施工占道', 'sgzd', '施工管理', '占道施工无围挡'),
  matter('E0406', '占道经营', 'zdjy', '街面秩序', '固定摊位占用道路'),
  matter('C0402', '行道树', 'xds hds', '园林绿化', '树木倾倒、断枝，阻断道路或压线'),
  matter('E0130', '乱倒乱排污水', 'ldlpws', '市容环境', '污水横流'),
  matter('C0305', '垃圾箱', 'ljx', '市容环境设施', '垃圾满溢、燃烧冒烟'),
]
const names = (typed: string): string[] => searchMatters(ALL, typed).map((one) => one.name)

it.each([
  ['占道', ['占道经营', '施工占道', '无照经营游商']],
  ['zd', ['占道经营', '施工占道']],
  ['ZDJY', ['占道经营']],
  ['sgzd', ['施工占道']],
  ['bllj', ['暴露生活垃圾']],
  ['blshlj', ['暴露生活垃圾']],
  ['暴露垃圾', ['暴露生活垃圾']],
  ['垃圾', ['垃圾箱', '暴露生活垃圾']],
  ['lj', ['垃圾箱', '暴露生活垃圾']],
  ['hds', ['行道树']],
  ['xds', ['行道树']],
  ['e0110', ['暴露生活垃圾']],
  ['E04', ['非机动车乱停放', '无照经营游商', '占道经营']],
  ['施工管理', ['施工占道']],
  ['摊', ['无照经营游商', '占道经营']],
  ['断枝 压线', ['行道树']],
  ['  ', []],
  ['火星', []],
  ['xz', []],
])('searching %s', (typed, found) => expect(names(typed)).toEqual(found))

it('says by which condition a matter was found, unless its name says it', () => {
  expect(foundBy(ALL[5]!, '断枝')).toBe('树木倾倒、断枝，阻断道路或压线')
  expect(foundBy(ALL[4]!, '占道')).toBe('')
  expect(foundBy(ALL[4]!, '')).toBe('')
})

it('the default condition, or the first if the catalogue names none', () => {
  const conditions = [{ code: 'a', is_default: false }, { code: 'b', is_default: true }]
  expect(defaultCondition({ conditions } as Matter).code).toBe('b')
  expect(defaultCondition({ conditions: [{ code: 'a', is_default: false }] } as Matter).code).toBe('a')
})

it('limits say which hours count', () => {
  expect(limitWords({ amount: 4, unit: 'work_hour' })).toBe('4 个工作小时内')
  expect(limitWords({ amount: 2, unit: 'urgent_hour' })).toBe('2 小时内（不分昼夜）')
})

it.each([
  ['2026-11-14', 90],
  ['2026-11-15', 15],
  ['2026-12-31', 15],
  ['2028-02-29', 15],
  ['2027-03-31', 15],
  ['2027-04-01', 90],
])('a season over the new year: %s', (day, amount) => {
  const limit = (n: number): Condition['limit'] => ({ amount: n, unit: 'work_day' })
  const condition = { limit: limit(90), season: { begins: '11-15', ends: '03-31', limit: limit(15) } } as Condition
  expect(limitOn(condition, day).amount).toBe(amount)
  expect(limitOn({ ...condition, season: null }, day).amount).toBe(90)
})
