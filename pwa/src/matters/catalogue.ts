/* The catalogue on the phone: kept for work with no signal, searched by Chinese words or pinyin initials. */
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

/** `typed` is part of the name, of the class, or of the initials; matters whose name or initials begin with it come first. */
export function searchMatters(all: Matter[], typed: string): Matter[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return []
  const begins = (matter: Matter): boolean => matter.name.startsWith(wanted) || matter.initials.startsWith(wanted)
  const contains = (matter: Matter): boolean => `${matter.name} ${matter.major_name} ${matter.initials}`.includes(wanted)
  return [...all.filter(begins), ...all.filter((matter) => contains(matter) && !begins(matter))]
}

export function limitWords(limit: Condition['limit']): string {
  return t(`limit.${limit.unit}`, { n: limit.amount })
}
