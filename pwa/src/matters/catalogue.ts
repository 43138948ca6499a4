/* The catalogue on the phone: kept for work with no signal, and searched by Chinese words, pinyin initials or code. */
import { shallowRef } from 'vue'
import { api, ask, type Schemas } from '@/api/client'
import { keepCopy, keptCopy } from '@/offline/kept'
import { now } from '@/lib/clock'
import { t } from '@/locales/t'

export type Matter = Schemas['MatterOut']
export type Condition = Schemas['FilingConditionOut']

const KEPT_AS = 'matters'

export const matters = shallowRef<Matter[]>([])

/** Fills `matters` from the phone's copy, then from the server. */
export async function loadMatters(): Promise<void> {
  const copy = await keptCopy<Matter[]>(KEPT_AS)
  if (copy && matters.value.length === 0) matters.value = copy.data
  const answer = await ask(api.GET('/api/matters'))
  if (!answer.ok) return
  matters.value = answer.data.matters
  void keepCopy(KEPT_AS, { data: answer.data.matters, asOf: now() })
}

export function defaultCondition(matter: Matter): Condition {
  return matter.conditions.find((condition) => condition.is_default) ?? matter.conditions[0]!
}

/** How well a matter fits what is typed, the lower the better; null: not at all. */
const EXACT = 0
const BEGINS = 1
const CONTAINS = 2
const IN_ORDER = 3
const CLASS = 4
const CONDITION = 5

/** Those that fit, best first, and among equals in the catalogue's own order, which is by frequency. */
export function searchMatters<T extends Matter>(all: T[], typed: string): T[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return []
  return all
    .flatMap((matter, place) => {
      const fit = fitOf(matter, wanted)
      return fit === null ? [] : [{ matter, fit, place }]
    })
    .sort((a, b) => a.fit - b.fit || a.place - b.place)
    .map(({ matter }) => matter)
}

function fitOf(matter: Matter, wanted: string): number | null {
  const keys = [matter.name.toLowerCase(), matter.code.toLowerCase(), ...matter.initials.split(' ')]
  if (keys.includes(wanted)) return EXACT
  if (keys.some((key) => key.startsWith(wanted))) return BEGINS
  if (keys.some((key) => key.includes(wanted))) return CONTAINS
  if (keys.some((key) => key !== keys[1] && inOrder(key, wanted))) return IN_ORDER
  if (matter.major_name.toLowerCase().includes(wanted)) return CLASS
  return conditionFor(matter, typedWords(wanted)) ? CONDITION : null
}

/** 暴露垃圾 and bllj for 暴露生活垃圾: the same beginning, nothing out of order, but something left out. Two letters fit too much. */
function inOrder(key: string, wanted: string): boolean {
  const least = /^[\x20-\x7e]+$/.test(wanted) ? 3 : 2
  if (wanted.length < least || key[0] !== wanted[0]) return false
  let at = 0
  for (const sign of key) if (sign === wanted[at]) at++
  return at === wanted.length
}

function typedWords(wanted: string): string[] {
  return wanted.split(/\s+/)
}

function conditionFor(matter: Matter, words: string[]): Condition | null {
  return matter.conditions.find((condition) => words.every((word) => condition.words.toLowerCase().includes(word))) ?? null
}

/** The words of the filing condition by which the matter was found, when its name does not say why. */
export function foundBy(matter: Matter, typed: string): string {
  const wanted = typed.trim().toLowerCase()
  return wanted && fitOf(matter, wanted) === CONDITION ? (conditionFor(matter, typedWords(wanted))?.words ?? '') : ''
}

/** Which limit holds for a clock that starts on this day (`YYYY-MM-DD`): that of the season, or the usual one. */
export function limitOn(condition: Condition, day: string): Condition['limit'] {
  const { season } = condition
  if (!season) return condition.limit
  const today = day.slice(5)
  const { begins, ends } = season
  const within = begins <= ends ? begins <= today && today <= ends : today >= begins || today <= ends
  return within ? season.limit : condition.limit
}

export function limitWords(limit: Condition['limit']): string {
  return t(`limit.${limit.unit}`, { n: limit.amount })
}
