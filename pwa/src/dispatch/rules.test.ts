import { expect, it } from 'vitest'
import { changesOf, conditionWords, freeCode, inserted, moved, numbered, targetWords, windowWords, type Names, type Rule } from './rules'

const rule = (code: string, priority: number, more: Partial<Rule> = {}): Rule => ({
  code, priority, name: code, matters: ['*'], grids: [], severities: [], windows: [], target: { kind: 'own_squads' }, ...more,
})
const names: Names = { matter: (w) => `事项${w}`, grid: (w) => `网格${w}`, squad: (w) => `队${w}`, unit: (w) => `单位${w}` }
const order = (rules: Rule[]): string => rules.map(({ code, priority }) => `${code}${priority}`).join(' ')
const RULES = [rule('A', 1), rule('B', 2), rule('C', 3)]

it('keeps priorities that rise, and numbers anew what does not', () => {
  expect(order(numbered(RULES))).toBe('A1 B2 C3')
  expect(order(moved(RULES, 2, 0))).toBe('C10 A20 B30')
  expect(order(moved(RULES, 0, -1))).toBe('A1 B2 C3')
  expect(order(inserted(RULES, 1, rule('D', 1)))).toBe('A10 D20 B30 C40')
})

it('finds a code that no rule has', () => {
  expect(freeCode([rule('R1', 1), rule('R3', 2)])).toBe('R4')
  expect(freeCode([])).toBe('R1')
})

it('says a rule in one sentence', () => {
  expect(conditionWords(rule('A', 1, { severities: ['emergency'] }), names)).toBe('特急 · 任何事项 · 全域 · 任何时候')
  const night = { weekdays: [4, 5], starts: '20:00:00', ends: '08:00:00', days_off_only: true }
  expect(windowWords(night)).toBe('周五、周六（休息日） 20:00–次日08:00')
  expect(conditionWords(rule('A', 1, { matters: ['a', 'b', 'c', 'd'], grids: ['x'] }), names)).toBe('任何程度 · 事项a、事项b、事项c等 4 项 · 网格x · 任何时候')
  expect(targetWords({ kind: 'duty', code: 'grid_chief' }, names)).toBe('案件所在网格的网格长')
  expect(targetWords({ kind: 'squad', code: '2' }, names)).toBe('队2（在岗、辖区内）')
})

it('marks what is new or changed, not what is only numbered anew', () => {
  const after = [rule('A', 10), rule('B', 20, { severities: ['minor'] }), rule('D', 30)]
  expect([...changesOf(RULES, after)]).toEqual([['B', 'changed'], ['D', 'added']])
})
