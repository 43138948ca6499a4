/* What a desk does while the server cannot be reached: nothing that was heard of is forgotten, and what stops, stops. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { exampleCase, NOON } from './example_cases'
import { useLiveCases } from './live_cases'

class Source extends EventTarget {
  static made: Source[] = []
  readyState = 1
  onerror: (() => void) | null = null
  constructor(readonly url: string) {
    super()
    Source.made.push(this)
  }
  tell(name: string, id: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { lastEventId: id, data: JSON.stringify(data) }))
  }
  close(): void {
    this.readyState = 2
  }
}

const held = exampleCase('held')
let cases: Record<string, ReturnType<typeof exampleCase>>
let reachable = true
let asked: string[] = []

function answer(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })
}

function serve(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  asked.push(pathname)
  if (!reachable) return Promise.reject(new TypeError('no network'))
  if (pathname === '/api/live/snapshot') {
    const rows = Object.values(cases)
    return Promise.resolve(answer({ as_of: NOON.toISOString(), last_event_id: '1-1', counts: {}, groups: {}, overdue: 0, cases: rows, squads: [] }))
  }
  return Promise.resolve(answer(cases[pathname.split('/').at(-1)!]))
}

let scope: EffectScope
function desk() {
  scope = effectScope()
  return scope.run(() => useLiveCases())!
}
const later = (seconds: number): string => new Date(NOON.getTime() + seconds * 1000).toISOString()
const change = (version: number) => ({ case_id: held.id, code: held.code, version, status: 'handling' })

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', serve)
  vi.stubGlobal('EventSource', Object.assign(Source, { OPEN: 1, CLOSED: 2 }))
  Source.made = []
  asked = []
  reachable = true
  cases = { [held.id]: held }
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('does not forget a change that it could not read, and does not call itself newer before it has', async () => {
  const live = desk()
  await vi.advanceTimersByTimeAsync(0)
  const [source] = Source.made
  source!.tell('ready', '1-1', {})
  source!.tell('ping', '', { server_time: later(2) })
  expect(live.asOf.value?.toISOString()).toBe(later(2))

  reachable = false
  source!.tell('case', '2-1', change(3))
  await vi.advanceTimersByTimeAsync(1_000)
  source!.tell('ping', '', { server_time: later(4) })
  expect(live.asOf.value?.toISOString()).toBe(later(2))

  cases[held.id] = { ...held, version: 3 }
  reachable = true
  await vi.advanceTimersByTimeAsync(3_000)
  expect(live.rows.value[0]?.version).toBe(3)
  source!.tell('ping', '', { server_time: later(6) })
  expect(live.asOf.value?.toISOString()).toBe(later(6))
})

it('reads many changes at once with one snapshot', async () => {
  desk()
  await vi.advanceTimersByTimeAsync(0)
  asked = []
  for (let n = 0; n < 40; n++) {
    cases[`id-${n}`] = exampleCase(`${n}`, { version: 2 })
    Source.made[0]!.tell('case', `2-${n}`, { case_id: `id-${n}`, code: `${n}`, version: 2, status: 'handling' })
  }
  await vi.advanceTimersByTimeAsync(500)
  expect(asked).toEqual(['/api/live/snapshot'])
})

it('asks more often while nothing comes by the stream', async () => {
  const live = desk()
  await vi.advanceTimersByTimeAsync(0)
  expect(live.feed.value).toBe('connecting')
  asked = []
  await vi.advanceTimersByTimeAsync(30_000)
  expect(live.feed.value).toBe('lost')
  expect(asked.filter((path) => path === '/api/live/snapshot').length).toBeGreaterThanOrEqual(2)
})

it('takes a case that went out of reach off the screen', async () => {
  const live = desk()
  await vi.advanceTimersByTimeAsync(0)
  vi.stubGlobal('fetch', () =>
    Promise.resolve(new Response(JSON.stringify({ status: 404, code: 'no_such_case' }), { status: 404, headers: { 'content-type': 'application/problem+json' } })),
  )
  Source.made[0]!.tell('case', '2-1', change(2))
  await vi.advanceTimersByTimeAsync(500)
  expect(live.rows.value).toEqual([])
})

it('leaves no timer and no stream behind', async () => {
  for (let n = 0; n < 3; n++) {
    desk()
    await vi.advanceTimersByTimeAsync(0)
    Source.made.at(-1)!.tell('ready', '1-1', {})
    Source.made.at(-1)!.tell('case', '2-1', change(2))
    scope.stop()
  }
  await vi.advanceTimersByTimeAsync(25_000)
  expect(Source.made.map(({ readyState }) => readyState)).toEqual([2, 2, 2])
  expect(vi.getTimerCount()).toBe(0)
})
