/* A matter as the form of the desk holds it: begun from another or from nothing, kept in this tab until it is saved, and
   what the server wants of it. Pure, beside the tab's own store. */
import type { Schemas } from '@/api/client'
import type { Matter } from '../catalogue'

export type ConditionContent = Required<Schemas['ConditionContent']>
export type MatterContent = Omit<Required<Schemas['MatterContent']>, 'conditions'> & { conditions: ConditionContent[] }

const MAJOR_LETTERS = 3
const FIRST_EXTENSION = 99

/** A new matter, with one condition. */
export function emptyMatter(): MatterContent {
  return {
    code: '',
    major_name: '',
    name: '',
    department_code: '',
    closing_condition: '',
    photo_guidance: '',
    legal_basis: null,
    icon: 'help-circle',
    weight: 1,
    photos_before: { min: 1, max: 6 },
    photos_after: { min: 1, max: 6 },
    self_dispatch: true,
    self_handle: false,
    near_far_hint: false,
    review_needed: false,
    duplicate_radius_m: 50,
    duplicate_hours: 72,
    conditions: [{ ...emptyCondition(), is_default: true }],
  }
}

export function emptyCondition(): ConditionContent {
  return { code: '', words: '', severity: 'normal', limit: { amount: 1, unit: 'work_day' }, season: null, is_default: false }
}

/** The matter as the server takes it back. */
export function contentOf(matter: Matter): MatterContent {
  const { kind: _kind, major_code: _major, initials: _initials, department, ...own } = structuredClone(matter)
  return { ...own, department_code: department.code }
}

/** A copy under the next free code of its major, counted down from 99 as local extensions are. */
export function copyOf(matter: Matter, all: Matter[]): MatterContent {
  const taken = new Set(all.map((one) => one.code))
  const major = matter.code.slice(0, MAJOR_LETTERS)
  let number = FIRST_EXTENSION
  while (number > 0 && taken.has(codeOf(major, number))) number--
  const copy = contentOf(matter)
  return withCode({ ...copy, name: '' }, number ? codeOf(major, number) : '')
}

const codeOf = (major: string, number: number): string => `${major}${String(number).padStart(2, '0')}`

/** The matter under this code; its conditions go along, and those without a number get one. */
export function withCode(matter: MatterContent, code: string): MatterContent {
  const numbers = matter.conditions.map((condition) => Number(condition.code.split('-')[1]) || 0)
  const conditions = matter.conditions.map((condition, place) => {
    const number = numbers[place] || nextNumber(numbers)
    numbers[place] = number
    return { ...condition, code: `${code}-${number}` }
  })
  return { ...matter, code, conditions }
}

const nextNumber = (taken: number[]): number => Math.max(0, ...taken) + 1

const keptAs = (draft: string): string => `suozi.matter.${draft}`

/** What the form holds, with the code it was opened for (empty: a new one). */
export interface KeptForm {
  code: string
  matter: MatterContent
}

export function keepForm(draft: string, form: KeptForm | null): void {
  if (form) sessionStorage.setItem(keptAs(draft), JSON.stringify(form))
  else sessionStorage.removeItem(keptAs(draft))
}

export function keptForm(draft: string): KeptForm | null {
  try {
    return JSON.parse(sessionStorage.getItem(keptAs(draft)) ?? 'null') as KeptForm | null
  } catch {
    return null
  }
}
