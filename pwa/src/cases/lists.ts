/* The lists of cases that a phone shows, kept for work with no signal and renewed when anything changes. */
import { api, ask, type Answer } from '@/api/client'
import { useLoad, type Load, type Loading } from '@/api/load'
import { lightOf, worstFirst } from '@/lib/light'
import { now } from '@/lib/clock'
import { useReloadOnChange } from '@/live/shared'
import type { CaseSummary } from './names'

/** `tasks`: in my squad's hands. `inspections`: waiting for an inspection that I may do. `mine`: I reported it. */
export type ListName = 'tasks' | 'inspections' | 'mine'

const QUERIES = {
  tasks: { squad: 'mine', order: 'due', limit: 100 },
  inspections: { inspect: true, order: 'due', limit: 100 },
  mine: { mine: true, order: 'updated', limit: 20 },
} as const

/** `more`: the server has further ones that are not in `items`. */
export interface ListedCases {
  items: CaseSummary[]
  more: boolean
}

async function fetchList(name: ListName): Promise<Answer<ListedCases>> {
  const answer = await ask(api.GET('/api/cases', { params: { query: QUERIES[name] } }))
  if (!answer.ok) return answer
  const { items, next_cursor } = answer.data
  return { ok: true, data: { items: name === 'mine' ? items : byLight(items), more: next_cursor !== null } }
}

/** How many there are, in words: "3", "100+", or nothing while that is not known. */
export function countWords(state: Load<ListedCases>): string {
  return state.kind === 'ready' ? `${state.data.items.length}${state.data.more ? '+' : ''}` : ''
}

/** The first `count` of a list. */
export function firstOf(state: Load<ListedCases>, count: number): Load<ListedCases> {
  return state.kind === 'ready' ? { ...state, data: { ...state.data, items: state.data.items.slice(0, count) } } : state
}

/** Worst light first; the server's order, by deadline, within each. */
export function byLight(items: CaseSummary[]): CaseSummary[] {
  const time = now()
  const light = (it: CaseSummary) => lightOf(it.starts_at, it.due_at, time)
  return items.toSorted((a, b) => worstFirst(light(a), light(b)))
}

export function useCaseList(name: ListName): Loading<ListedCases> {
  const list = useLoad(() => fetchList(name), `cases.${name}`)
  useReloadOnChange(list.reload)
  return list
}
