/* The rows of the queue and how many each group has. While all open cases are at hand they are made from these, at once with every
   change; a list of which only the server knows all, or of what has ended, comes from it page by page and is asked for again soon
   after anything changed. */
import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { api, ask, type Answer, type CaseSummary, type Failure, type Schemas } from '@/api/client'
import type { GroupCounts, LiveCases } from './live_cases'
import { countOf, GROUPS, inQueueOrder, isToldByRows } from './queue'
import { asked, isAnsweredByRows, isNarrowed, isShown, isWanted, type QueueFilter } from './queue_filter'

const PAGE = 50
const MOST_AGAIN = 200
const LIST_AGAIN_MS = 1_000
const COUNT_AGAIN_MS = 3_000
const TYPING_MS = 250

type CasePage = Schemas['CasePage']

interface Pages {
  items: CaseSummary[]
  cursor: string | null
}

export function useQueueList(live: LiveCases, filter: Ref<QueueFilter>, now: Readonly<Ref<Date>>) {
  const isWhole = computed(() => live.unlisted.value === 0)
  const fromRows = computed(() => isWhole.value && isAnsweredByRows(filter.value))
  const pages = shallowRef<Pages | null>(null)
  const counted = shallowRef<GroupCounts | null>(null)
  const loading = shallowRef(false)
  const failure = shallowRef<Failure | null>(null)
  let latest = 0
  let latestCount = 0
  let listing: ReturnType<typeof setTimeout> | undefined
  let counting: ReturnType<typeof setTimeout> | undefined

  const rows = computed(() => {
    if (fromRows.value) return sorted(live.rows.value.filter((row) => isShown(filter.value, row, now.value)), filter.value, now.value)
    return withLive(pages.value?.items ?? [], live.rows.value)
  })

  const counts = computed<GroupCounts>(() => {
    const told = counted.value ?? (isNarrowed(filter.value) ? {} : (live.groups.value ?? {}))
    if (!isWhole.value || filter.value.closed_from || filter.value.closed_to) return told
    const wanted = live.rows.value.filter((row) => isWanted(filter.value, row))
    const here = [...GROUPS, 'open' as const].filter(isToldByRows).map((group) => [group, countOf(group, wanted, now.value)])
    return { ...told, ...Object.fromEntries(here) }
  })

  async function list(): Promise<void> {
    clearTimeout(listing)
    listing = undefined
    if (fromRows.value) return
    const mine = ++latest
    loading.value = true
    const held = pages.value?.items.length ?? 0
    const answer = await casesAt(filter.value, Math.min(Math.max(held, PAGE), MOST_AGAIN), null)
    if (mine !== latest) return
    loading.value = false
    failure.value = answer.ok ? null : answer.failure
    if (!answer.ok) return
    const fresh = { items: answer.data.items, cursor: answer.data.next_cursor }
    pages.value = held > MOST_AGAIN && fresh.cursor ? { ...pages.value!, items: joined(fresh.items, pages.value!.items) } : fresh
  }

  /** The next page, at the end of what is held. */
  async function more(): Promise<void> {
    const before = pages.value
    if (fromRows.value || loading.value || !before?.cursor) return
    const mine = ++latest
    loading.value = true
    const answer = await casesAt(filter.value, PAGE, before.cursor)
    if (mine !== latest) return
    loading.value = false
    failure.value = answer.ok ? null : answer.failure
    if (answer.ok) pages.value = { items: joined(before.items, answer.data.items), cursor: answer.data.next_cursor }
  }

  async function count(): Promise<void> {
    clearTimeout(counting)
    counting = undefined
    const mine = ++latestCount
    const answer = await countsAt(filter.value)
    if (mine === latestCount && answer.ok) counted.value = answer.data.groups
  }

  const listSoon = (ms: number): unknown => (listing ??= setTimeout(() => void list(), ms))
  const countSoon = (ms: number): unknown => (counting ??= setTimeout(() => void count(), ms))

  watch(
    filter,
    (wanted, before) => {
      latest++
      latestCount++
      clearTimeout(listing)
      clearTimeout(counting)
      listing = counting = undefined
      loading.value = false
      pages.value = null
      const onlyGroup = before && JSON.stringify({ ...wanted, group: '', sort: '' }) === JSON.stringify({ ...before, group: '', sort: '' })
      if (!onlyGroup) counted.value = null
      const typing = before && wanted.text !== before.text ? TYPING_MS : 0
      listSoon(typing)
      if (!onlyGroup) countSoon(typing)
    },
    // At once: the rows of another question are not to be seen under this one.
    { immediate: true, flush: 'sync' },
  )
  watch(fromRows, () => listSoon(0))
  watch(live.changes, () => {
    listSoon(LIST_AGAIN_MS)
    countSoon(COUNT_AGAIN_MS)
  })
  onScopeDispose(() => {
    latest++
    latestCount++
    clearTimeout(listing)
    clearTimeout(counting)
  })

  const hasMore = computed(() => !fromRows.value && Boolean(pages.value?.cursor))
  const isReady = computed(() => (fromRows.value ? live.asOf.value !== null : pages.value !== null))
  return { rows, counts, hasMore, isReady, loading, failure, more, again: list }
}

function casesAt(filter: QueueFilter, limit: number, cursor: string | null): Promise<Answer<CasePage>> {
  return ask(api.GET('/api/cases', { params: { query: { ...asked(filter), limit, ...(cursor ? { cursor } : {}) } as never } }))
}

function countsAt(filter: QueueFilter): Promise<Answer<{ groups: GroupCounts }>> {
  const { group: _group, status: _status, sort: _sort, ...query } = asked(filter)
  return ask(api.GET('/api/cases/counts', { params: { query: query as never } }))
}

function sorted(rows: CaseSummary[], { sort }: QueueFilter, now: Date): CaseSummary[] {
  if (sort === 'updated') return rows.toSorted((a, b) => b.updated_at.localeCompare(a.updated_at))
  if (sort === 'opened') return rows.toSorted((a, b) => b.opened_at.localeCompare(a.opened_at))
  return inQueueOrder(rows, now)
}

/** Each as the feed knows it, where that is newer. */
function withLive(items: CaseSummary[], live: CaseSummary[]): CaseSummary[] {
  const newer = new Map(live.map((row) => [row.id, row]))
  return items.map((row) => {
    const held = newer.get(row.id)
    return held && held.version > row.version ? held : row
  })
}

/** One after the other, each case once. */
function joined(first: CaseSummary[], then: CaseSummary[]): CaseSummary[] {
  const held = new Set(first.map(({ id }) => id))
  return [...first, ...then.filter(({ id }) => !held.has(id))]
}
