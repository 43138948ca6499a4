import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { useChanges } from './changes'
import { CALM, openFeed, QUICK, type FeedListener, type Pulse } from './feed'

class Source extends EventTarget {
  static made: Source[] = []
  readyState = 0
  onerror: (() => void) | null = null
  constructor(readonly url: string) {
    super()
    Source.made.push(this)
  }
  /** The server answers, and its first event comes through. */
  open(): void {
    this.readyState = 1
    this.emit('ready', '', {})
  }
  fail(readyState: number): void {
    this.readyState = readyState
    this.onerror?.()
  }
  emit(name: string, id: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { lastEventId: id, data: JSON.stringify(data) }))
  }
  close(): void {
    this.readyState = 2
  }
}

const CONNECTING = 0
const CLOSED = 2
let listener: { [name in keyof FeedListener]-?: ReturnType<typeof vi.fn> }
const listen = (lastEventId: string | null = null, pulse: Pulse = CALM) =>
  openFeed(listener as unknown as FeedListener, lastEventId, pulse, (url) => new Source(url) as unknown as EventSource)

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', { OPEN: 1, CLOSED })
  Source.made = []
  listener = { onCase: vi.fn(), onResync: vi.fn(), onState: vi.fn(), onTold: vi.fn(), onAttention: vi.fn() }
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('resumes after the last event that it saw', () => {
  const stop = listen('10-1')
  expect(Source.made[0]!.url).toBe('/api/live?last_event_id=10-1&ping=15')
  Source.made[0]!.open()
  Source.made[0]!.emit('case', '12-7', { case_id: 'c', code: 'A', version: 2, status: 'handling' })
  Source.made[0]!.fail(CLOSED)
  vi.advanceTimersByTime(1_000)
  expect(Source.made[1]!.url).toBe('/api/live?last_event_id=12-7&ping=15')
  expect(listener.onCase).toHaveBeenCalledWith({ case_id: 'c', code: 'A', version: 2, status: 'handling' })
  stop()
})

it('asks for everything again when it has no event to resume from', () => {
  const stop = listen()
  Source.made[0]!.open()
  expect(listener.onResync).not.toHaveBeenCalled()
  Source.made[0]!.fail(CONNECTING)
  Source.made[0]!.open()
  expect(listener.onResync).toHaveBeenCalledOnce()
  stop()
})

it('leaves a broken stream to the browser, and waits longer each time the server refuses', () => {
  const stop = listen('1-1')
  Source.made[0]!.fail(CONNECTING)
  vi.advanceTimersByTime(30_000)
  expect(Source.made).toHaveLength(1)
  Source.made[0]!.fail(CLOSED)
  vi.advanceTimersByTime(1_000)
  Source.made[1]!.fail(CLOSED)
  vi.advanceTimersByTime(1_000)
  expect(Source.made).toHaveLength(2)
  vi.advanceTimersByTime(1_000)
  expect(Source.made).toHaveLength(3)
  stop()
})

it('says whether what is on screen is live', () => {
  const stop = listen('1-1')
  Source.made[0]!.open()
  Source.made[0]!.fail(CONNECTING)
  expect(listener.onState.mock.calls.flat()).toEqual(['connecting', 'live', 'lost'])
  stop()
})

it('is silent once stopped', () => {
  const stop = listen('1-1')
  Source.made[0]!.fail(CLOSED)
  stop()
  vi.advanceTimersByTime(60_000)
  expect(Source.made).toHaveLength(1)
})

it('takes a stream that no longer pings for lost, and opens it anew', () => {
  const stop = listen('10-1')
  Source.made[0]!.open()
  vi.advanceTimersByTime(30_000)
  Source.made[0]!.emit('ping', '', { server_time: '2026-11-23T04:00:00Z' })
  vi.advanceTimersByTime(30_000)
  expect(Source.made).toHaveLength(1)
  expect(listener.onState).toHaveBeenLastCalledWith('live')
  vi.advanceTimersByTime(11_000)
  expect(listener.onState).toHaveBeenLastCalledWith('lost')
  expect(Source.made[1]!.url).toBe('/api/live?last_event_id=10-1&ping=15')
  stop()
})

it('passes on what else changed, and resumes after it', () => {
  const changed = vi.fn()
  const scope = effectScope()
  scope.run(() => useChanges('duty', changed))
  const stop = listen('7-1')
  const first = Source.made[0]!
  first.open()
  first.emit('duty', '8-2', { squad_code: 'one' })
  expect(changed).toHaveBeenCalledTimes(1)
  first.emit('resync', '9-1', null)
  expect(changed).toHaveBeenCalledTimes(2)
  first.emit('duty', '9-4', { squad_code: 'one' })
  first.fail(CLOSED)
  vi.advanceTimersByTime(1_000)
  expect(Source.made[1]!.url).toContain('9-4')
  scope.stop()
  stop()
})

it('says within five seconds that a desk is cut off, however the line is cut', () => {
  const told = () => listener.onState.mock.calls.flat().at(-1)
  const cuts: ((source: Source) => void)[] = [
    (source) => source.fail(CONNECTING), // the server is gone
    () => undefined, // half open: nothing says so
  ]
  for (const cut of cuts) {
    Source.made = []
    const stop = listen('1-1', QUICK)
    Source.made[0]!.open()
    vi.advanceTimersByTime(2_000)
    Source.made[0]!.emit('ping', '', { server_time: '2026-11-23T04:00:00Z' })
    expect(told()).toBe('live')
    cut(Source.made[0]!)
    vi.advanceTimersByTime(4_900)
    expect(told()).toBe('lost')
    expect(Source.made).toHaveLength(2)
    expect(Source.made[0]!.readyState).toBe(CLOSED)
    stop()
  }
})

it('does not take a stream for live that was opened but brings nothing, as behind a proxy that holds everything back', () => {
  const stop = listen('1-1', QUICK)
  Source.made[0]!.readyState = 1
  vi.advanceTimersByTime(4_900)
  expect(listener.onState.mock.calls.flat()).not.toContain('live')
  expect(listener.onState).toHaveBeenLastCalledWith('lost')
  stop()
})

it('gives a slow server longer each time to bring the first event', () => {
  const stop = listen('1-1', QUICK)
  vi.advanceTimersByTime(4_500)
  expect(Source.made).toHaveLength(2)
  vi.advanceTimersByTime(8_900)
  expect(Source.made).toHaveLength(2)
  Source.made[1]!.open()
  expect(listener.onState).toHaveBeenLastCalledWith('live')
  stop()
})

it('tells until when everything was told, and who looks after a case; a stream that was replaced tells nothing more', () => {
  const stop = listen('1-1', QUICK)
  const [first] = Source.made
  first!.open()
  first!.emit('ping', '', { server_time: '2026-11-23T04:00:00Z' })
  expect(listener.onTold).toHaveBeenCalledWith(new Date('2026-11-23T04:00:00Z'))
  first!.emit('attention', '3-1', { case_id: 'c', by: '值班员 201' })
  expect(listener.onAttention).toHaveBeenCalledWith({ case_id: 'c', by: '值班员 201' })
  vi.advanceTimersByTime(4_600)
  expect(Source.made[1]!.url).toContain('last_event_id=3-1')
  first!.emit('case', '4-1', { case_id: 'c', code: 'A', version: 2, status: 'handling' })
  expect(listener.onCase).not.toHaveBeenCalled()
  stop()
})
