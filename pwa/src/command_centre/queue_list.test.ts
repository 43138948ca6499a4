/* Where the rows of the queue come from: what the screen holds, or the server page by page. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, ref, shallowRef } from 'vue'
import type { CaseSummary } from '@/api/client'
import { exampleCase, fromNoon, NOON } from './example_cases'
import type { LiveCases } from './live_cases'
import { EVERYTHING_OPEN, type QueueFilter } from './queue_filter'
import { useQueueList } from './queue_list'

const all = Array.from({ length: 120 }, (_, n) => exampleCase(`${n}`, { due_at: fromNoon(n) }))
let asked: URLSearchParams[] = []

function serve(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  asked.push(searchParams)
  const json = (body: unknown) => Promise.resolve(new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } }))
  if (pathname === '/api/cases/counts') return json({ as_of: NOON.toISOString(), groups: { open: 120, not_satisfied: 4 } })
  const from = Number(searchParams.get('cursor') ?? 0)
  const to = from + Number(searchParams.get('limit'))
  return json({ items: all.slice(from, to), next_cursor: to < all.length ? String(to) : null, as_of: NOON.toISOString() })
}

const scope = effectScope
let stop: () => void
function queue(rows: CaseSummary[], unlisted: number, over: Partial<QueueFilter> = {}) {
  const live = { rows: shallowRef(rows), unlisted: shallowRef(unlisted), groups: shallowRef(null), asOf: shallowRef(NOON), changes: shallowRef(0) }
  const filter = ref<QueueFilter>({ ...EVERYTHING_OPEN, ...over })
  const made = scope()
  stop = () => made.stop()
  return { live, filter, list: made.run(() => useQueueList(live as unknown as LiveCases, filter, ref(NOON)))! }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', serve)
  asked = []
})
afterEach(() => {
  stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('is made at once from what the screen holds, while that is all', async () => {
  const { list, filter, live } = queue(all.slice(0, 3), 0)
  expect(list.rows.value).toHaveLength(3)
  expect(list.counts.value.open).toBe(3)
  filter.value = { ...filter.value, severity: ['urgent'] }
  expect(list.rows.value).toEqual([])
  live.rows.value = [exampleCase('new', { severity: 'urgent' })]
  expect(list.rows.value.map(({ code }) => code)).toEqual(['new'])
  await vi.advanceTimersByTimeAsync(5_000)
  expect(asked.every((query) => !query.has('limit'))).toBe(true)
  expect(list.counts.value.not_satisfied).toBe(4)
})

it('comes page by page where the screen does not hold everything, and each case once', async () => {
  const { list } = queue(all.slice(0, 100), 20)
  await vi.advanceTimersByTimeAsync(100)
  expect(list.rows.value).toHaveLength(50)
  expect(list.hasMore.value).toBe(true)
  await list.more()
  await list.more()
  expect(list.rows.value).toHaveLength(120)
  expect(list.hasMore.value).toBe(false)
  expect(new Set(list.rows.value.map(({ id }) => id)).size).toBe(120)
})

it('is asked for again soon after a change, as far as it was read, and shows what the feed knows better', async () => {
  const { list, live } = queue(all.slice(0, 100), 20)
  await vi.advanceTimersByTimeAsync(100)
  await list.more()
  asked = []
  live.rows.value = [{ ...all[0]!, version: 9 }]
  for (let n = 0; n < 10; n++) live.changes.value++
  expect(list.rows.value[0]?.version).toBe(9)
  await vi.advanceTimersByTimeAsync(1_100)
  expect(asked.filter((query) => query.has('limit')).map((query) => query.get('limit'))).toEqual(['100'])
})

it('asks the server for the archive and for what only it knows', async () => {
  const { list, filter } = queue(all.slice(0, 3), 0, { group: 'ended', sort: 'updated' })
  await vi.advanceTimersByTimeAsync(100)
  expect(asked.find((query) => query.has('limit'))?.getAll('status')).toEqual(['closed', 'declined', 'voided', 'merged'])
  expect(list.rows.value).toHaveLength(50)
  filter.value = { ...EVERYTHING_OPEN, group: 'not_satisfied' }
  expect(list.rows.value).toEqual([])
  await vi.advanceTimersByTimeAsync(100)
  expect(asked.at(-1)?.get('group')).toBe('not_satisfied')
})

it('shows no answer to a question that is no longer asked', async () => {
  const answers: ((response: Response) => void)[] = []
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => answers.push(resolve)))
  const { list, filter } = queue([], 5, { text: '垃圾' })
  await vi.advanceTimersByTimeAsync(300)
  filter.value = { ...filter.value, text: '垃圾桶' }
  const old = answers.length
  answers.forEach((resolve) => resolve(new Response(JSON.stringify({ items: all, next_cursor: null, as_of: NOON.toISOString(), groups: {} }), { headers: { 'content-type': 'application/json' } })))
  await vi.advanceTimersByTimeAsync(0)
  expect(old).toBeGreaterThan(0)
  expect(list.rows.value).toEqual([])
})
