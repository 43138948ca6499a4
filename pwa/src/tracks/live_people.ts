/* People on patrol as the map shows them: how old each position is, and never one older than what was shown before. Pure but for `openPositions`. */
import { api, ask, type Failure, type Schemas } from '@/api/client'
import { isReasonNeeded } from './looks'

export type Whereabouts = Schemas['Whereabouts']

/** `nowhere`: on patrol, but no position has come yet. */
export type Age = 'fresh' | 'ageing' | 'silent' | 'nowhere'

const FRESH_S = 120
const AGEING_S = 15 * 60

export function ageOf({ at }: Pick<Whereabouts, 'at'>, now: Date): Age {
  if (!at) return 'nowhere'
  const ageS = (now.getTime() - Date.parse(at)) / 1000
  return ageS < FRESH_S ? 'fresh' : ageS < AGEING_S ? 'ageing' : 'silent'
}

/** Those of the newer message, but nobody moves back to where they were earlier. */
export function withNewer(held: readonly Whereabouts[], told: readonly Whereabouts[]): Whereabouts[] {
  const before = new Map(held.map((person) => [person.staff_id, person]))
  return told.map((person) => {
    const earlier = before.get(person.staff_id)
    const isBehind = earlier?.at && earlier.patrol_id === person.patrol_id && (!person.at || Date.parse(person.at) < Date.parse(earlier.at))
    return isBehind ? { ...person, at: earlier.at, lng: earlier.lng, lat: earlier.lat, accuracy_m: earlier.accuracy_m } : person
  })
}

export interface PositionsListener {
  onPositions: (positions: Schemas['Positions']) => void
  onState: (isLive: boolean) => void
  onReasonNeeded: () => void
  onFailure: (failure: Failure) => void
}

/** A slider that is being dragged asks for where it rests. */
const RESTS_MS = 180

/** Where they were at a past moment; nobody is told anything after the returned function is called. */
export function readPositionsAt(look: string, at: Date, listener: PositionsListener): () => void {
  const stopping = new AbortController()
  const timer = setTimeout(() => void read(), RESTS_MS)

  async function read(): Promise<void> {
    const answer = await ask(api.GET('/api/past/positions', { params: { query: { look, at: at.toISOString() } }, signal: stopping.signal }))
    if (stopping.signal.aborted) return
    listener.onState(answer.ok)
    if (answer.ok) listener.onPositions(answer.data)
    else if (isReasonNeeded(answer.failure)) listener.onReasonNeeded()
    else listener.onFailure(answer.failure)
  }

  return () => {
    clearTimeout(timer)
    stopping.abort()
  }
}

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000
/** The server pings every 15 s. */
const SILENCE_MS = 40_000

/** Asks once, then listens, until the returned function is called; a stream that ends is opened again, and why it ended is asked first. */
export function openPositions(look: string, listener: PositionsListener): () => void {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let retryMs = FIRST_RETRY_MS
  let stopped = false

  async function begin(): Promise<void> {
    clearTimeout(timer)
    clearTimeout(silence)
    source?.close()
    const answer = await ask(api.GET('/api/positions', { params: { query: { look } } }))
    if (stopped) return
    if (answer.ok) {
      listener.onPositions(answer.data)
      listen()
    } else if (isReasonNeeded(answer.failure)) listener.onReasonNeeded()
    else {
      listener.onFailure(answer.failure)
      again()
    }
  }

  function listen(): void {
    source = new EventSource(`/api/positions/live?look=${encodeURIComponent(look)}`)
    heard()
    source.onopen = () => {
      retryMs = FIRST_RETRY_MS
      heard()
      listener.onState(true)
    }
    source.onerror = again
    source.addEventListener('ping', heard)
    source.addEventListener('positions', (event: MessageEvent<string>) => {
      heard()
      listener.onPositions(JSON.parse(event.data) as Schemas['Positions'])
    })
    source.addEventListener('reason_needed', listener.onReasonNeeded)
  }

  function heard(): void {
    clearTimeout(silence)
    silence = setTimeout(again, SILENCE_MS)
  }

  function again(): void {
    source?.close()
    clearTimeout(silence)
    clearTimeout(timer)
    listener.onState(false)
    timer = setTimeout(() => void begin(), retryMs)
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
  }

  const wake = (): void => void begin()
  window.addEventListener('online', wake)
  void begin()
  return () => {
    stopped = true
    clearTimeout(timer)
    clearTimeout(silence)
    source?.close()
    window.removeEventListener('online', wake)
  }
}
