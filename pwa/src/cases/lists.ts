/* The lists of cases that a phone shows, kept for work with no signal and renewed when anything changes. */
import { computed, watch, type Ref } from 'vue'
import { api, ask, type Answer } from '@/api/client'
import { useLoad, type Load, type Loading } from '@/api/load'
import { distanceM, type LngLat } from '@/lib/distance'
import { lightOf, worstFirst } from '@/lib/light'
import { walkingOrder } from '@/lib/walk'
import { useReloadOnChange } from '@/live/shared'
import type { CaseSummary } from './names'
import { takeAlong } from './take_along'

/** `tasks`: in my hands or my squad's, or with a part for it. `claimable`: my squad may take it. `verifications`,
    `inspections`: waiting for one that I may do. `mine`: I reported it. */
export type ListName = 'tasks' | 'claimable' | 'verifications' | 'inspections' | 'mine'

/** Not ended. */
const OPEN: CaseSummary['status'][] = ['verifying', 'pending_filing', 'pending_dispatch', 'pending_ack', 'handling', 'pending_review', 'pending_inspection', 'rework', 'suspended']

const QUERIES = {
  tasks: { squad: 'mine', sort: 'due', limit: 100 },
  claimable: { claimable: true, sort: 'due', limit: 50 },
  verifications: { verify: true, sort: 'due', limit: 100 },
  inspections: { inspect: true, sort: 'due', limit: 100 },
  mine: { mine: true, sort: 'updated', limit: 20 },
  around: { status: OPEN, sort: 'updated', limit: 100 },
} as const satisfies Record<ListName | 'around', object>

/** `more`: the server has further ones that are not in `items`. */
export interface ListedCases {
  items: CaseSummary[]
  more: boolean
}

async function fetchList(name: keyof typeof QUERIES): Promise<Answer<ListedCases>> {
  const answer = await ask(api.GET('/api/cases', { params: { query: QUERIES[name] } }))
  if (!answer.ok) return answer
  const { items, next_cursor } = answer.data
  return { ok: true, data: { items, more: next_cursor !== null } }
}

/** How many there are, in words: "3", "100+", or nothing while that is not known. */
export function countWords(state: Load<ListedCases>): string {
  return state.kind === 'ready' ? `${state.data.items.length}${state.data.more ? '+' : ''}` : ''
}

export const itemsOf = (state: Load<ListedCases>): CaseSummary[] => (state.kind === 'ready' ? state.data.items : [])

/** The first `count` of a list. */
export function firstOf(state: Load<ListedCases>, count: number): Load<ListedCases> {
  return withItems(state, (items) => items.slice(0, count))
}

export function withItems(state: Load<ListedCases>, change: (items: CaseSummary[]) => CaseSummary[]): Load<ListedCases> {
  return state.kind === 'ready' ? { ...state, data: { ...state.data, items: change(state.data.items) } } : state
}

/** Worst light first; within a light the nearest, or by the server's order (deadline) where the own place is not known.
    Suspended ones stand last, the one that is resumed first before the others. */
export function inOrder(items: readonly CaseSummary[], here: LngLat | null, now: Date): CaseSummary[] {
  const ranked = items.map((it) => ({ it, light: lightOf(it, now), away: here ? distanceM(here, it.place) : 0, rests: it.status === 'suspended' }))
  return ranked
    .sort(
      (a, b) =>
        Number(a.rests) - Number(b.rests) ||
        (a.rests ? (a.it.resume_on ?? '').localeCompare(b.it.resume_on ?? '') : 0) ||
        worstFirst(a.light, b.light) ||
        a.away - b.away,
    )
    .map(({ it }) => it)
}

/** Those to be inspected, as a walk from `here`. */
export function onTheWay(items: readonly CaseSummary[], here: LngLat | null): CaseSummary[] {
  return walkingOrder(items, (it) => it.place, here)
}

export function useCaseList(name: ListName): Loading<ListedCases> {
  const list = useLoad(() => fetchList(name), `cases.${name}`)
  useReloadOnChange(list.reload)
  watch(list.state, (state) => name !== 'mine' && takeAlong(itemsOf(state)))
  return list
}

const TAKEN_ALONG_AROUND = 10

/** What is open in my grids, whoever reported it, the nearest first. Looked up once a visit: it is long, and nobody waits
    for a change of it. */
export function useCasesAround(here: Readonly<Ref<LngLat | null>>): Loading<ListedCases> {
  const list = useLoad(() => fetchList('around'), 'cases.around')
  const state = computed(() => withItems(list.state.value, (items) => nearestFirst(items, here.value)))
  watch(state, () => takeAlong(itemsOf(state.value).slice(0, TAKEN_ALONG_AROUND), { last: true }))
  return { ...list, state }
}

export function nearestFirst(items: readonly CaseSummary[], here: LngLat | null): CaseSummary[] {
  if (!here) return [...items]
  const away = new Map(items.map((it) => [it.id, distanceM(here, it.place)]))
  return [...items].sort((a, b) => away.get(a.id)! - away.get(b.id)!)
}
