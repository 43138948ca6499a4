/* Routing rules as one edits them: a list in the order in which they are tried; priorities are given when it is saved. Pure. */
import type { Schemas } from '@/api/client'
import { language, t, type WordKey } from '@/locales/t'
import { r } from './words'

export type Rule = Schemas['RuleIn']
export type Target = Rule['target']
export type RuleSet = Schemas['RuleSetOut']
export type Window = Schemas['WindowIn']

export const SEVERITIES = ['emergency', 'urgent', 'normal', 'minor'] as const
export const TARGETS = ['own_squads', 'town_squads', 'department', 'squad', 'unit', 'duty'] as const
export const DUTIES = ['grid_chief', 'grid_worker', 'duty_inspector', 'duty_info', 'duty_liaison', 'duty_patrol', 'grid_instructor'] as const

/** Between two rules there is room for others, so that codes and priorities of the rest stay as they are. */
const STEP = 10

export function inOrder(rules: readonly Rule[]): Rule[] {
  return [...rules].sort((a, b) => a.priority - b.priority)
}

/** The list with priorities as it stands: unchanged if they already rise, else 10, 20, 30 … */
export function numbered(rules: readonly Rule[]): Rule[] {
  const rises = rules.every((rule, n) => n === 0 || rules[n - 1]!.priority < rule.priority)
  return rises ? [...rules] : rules.map((rule, n) => ({ ...rule, priority: (n + 1) * STEP }))
}

export function moved(rules: readonly Rule[], from: number, to: number): Rule[] {
  if (to < 0 || to >= rules.length) return [...rules]
  const list = [...rules]
  list.splice(to, 0, ...list.splice(from, 1))
  return numbered(list)
}

/** `R7`: the first that no rule has. */
export function freeCode(rules: readonly Rule[]): string {
  const taken = new Set(rules.map(({ code }) => code))
  let n = rules.length + 1
  while (taken.has(`R${n}`)) n++
  return `R${n}`
}

export function inserted(rules: readonly Rule[], at: number, rule: Rule): Rule[] {
  return numbered([...rules.slice(0, at), rule, ...rules.slice(at)])
}

export function freshRule(rules: readonly Rule[]): Rule {
  const last = rules.at(-1)?.priority ?? 0
  return { code: freeCode(rules), priority: last + STEP, name: '', matters: ['*'], grids: [], severities: [], windows: [], target: { kind: 'own_squads' } }
}

/** Names of what rules name by code. */
export interface Names {
  matter: (word: string) => string
  grid: (code: string) => string
  squad: (code: string) => string
  unit: (code: string) => string
}

const SHOWN = 3

function listed(names: string[]): string {
  const words = names.slice(0, SHOWN).join(language.value === 'en' ? ', ' : '、')
  return names.length > SHOWN ? r('rule.more_names', { names: words, n: names.length }) : words
}

export function windowWords(window: Window): string {
  const days = window.weekdays?.length ? window.weekdays.map((day) => t(`weekday.${day}` as WordKey)).join('、') : r('rule.every_day')
  const [starts, ends] = [window.starts.slice(0, 5), window.ends.slice(0, 5)]
  const off = window.days_off_only ? `（${r('rule.days_off_short')}）` : ''
  return `${days}${off} ${starts}–${ends <= starts ? r('rule.next_day') : ''}${ends}`
}

export function targetWords(target: Target, names: Names): string {
  switch (target.kind) {
    case 'squad':
      return r('target.squad_named', { name: names.squad(target.code) })
    case 'unit':
      return r('target.unit_named', { name: names.unit(target.code) })
    case 'duty':
      return r('target.duty_named', { name: t(`duty.${target.code}` as WordKey) })
    default:
      return r(`target.${target.kind}`)
  }
}

/** 特急 · 任何事项 · 全域 · 任何时候 */
export function conditionWords(rule: Rule, names: Names): string {
  return [
    rule.severities?.length ? rule.severities.map((severity) => t(`severity.${severity}`)).join('、') : r('rule.any_severity'),
    rule.matters.includes('*') ? r('rule.any_matter') : listed(rule.matters.map(names.matter)),
    rule.grids?.length ? listed(rule.grids.map(names.grid)) : r('rule.everywhere'),
    rule.windows?.length ? rule.windows.map(windowWords).join('；') : r('rule.always'),
  ].join(' · ')
}

/** What two lists of rules differ in, by code; priorities alone do not count, places do. */
export function changesOf(before: readonly Rule[], after: readonly Rule[]): Map<string, 'added' | 'changed'> {
  const content = ({ code, name, matters, grids, severities, windows, target }: Rule) => JSON.stringify([code, name, matters, grids, severities, windows, target])
  const old = new Map(before.map((rule) => [rule.code, rule]))
  const changes = new Map<string, 'added' | 'changed'>()
  for (const rule of after) {
    const was = old.get(rule.code)
    if (!was) changes.set(rule.code, 'added')
    else if (content(was) !== content(rule)) changes.set(rule.code, 'changed')
  }
  return changes
}
