/* The live feed of /api/live: which case changed, and what else (changes.ts). Only what arrives counts: a stream that was opened but
   brings nothing, as behind a proxy that holds everything back, is not live, and one that falls silent is lost long before the browser
   notices. It is then opened anew from the last event that was seen. */

import { CHANGE_KINDS, tellChange } from './changes'

export interface CaseChange {
  case_id: string
  code: string
  version: number
  status: string
}

/** Somebody of the command centre looks after this case. */
export interface Attention {
  case_id: string
  by: string
}

/** `lost`: trying again; what is on screen may be old. */
export type FeedState = 'connecting' | 'live' | 'lost'

export interface FeedListener {
  onCase: (change: CaseChange) => void
  /** Too much was missed: load everything again. */
  onResync: () => void
  onState: (state: FeedState) => void
  /** Everything that happened before this moment has been told. */
  onTold?: (until: Date) => void
  onAttention?: (attention: Attention) => void
}

/** How often the server is asked for a sign of life, and after how long a silence the stream counts as lost. */
export interface Pulse {
  pingS: number
  silenceMs: number
}

/** A phone's radio should sleep between two signs of life. */
export const CALM: Pulse = { pingS: 15, silenceMs: 40_000 }
/** A desk says within five seconds that it is cut off. */
export const QUICK: Pulse = { pingS: 2, silenceMs: 4_500 }

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000

type Open = (url: string) => EventSource

/** Listens until the returned function is called. `lastEventId` comes from a snapshot; without it the feed begins now. */
export function openFeed(
  listener: FeedListener,
  lastEventId: string | null = null,
  { pingS, silenceMs }: Pulse = CALM,
  open: Open = (url) => new EventSource(url),
): () => void {
  let seen = lastEventId
  let source: EventSource | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let retryMs = FIRST_RETRY_MS
  /** How long a new stream may take until it brings something: longer each time, or a slow server would never be heard. */
  let patienceMs = silenceMs
  // Without any id to resume from, whatever happened while the stream was down is unknown.
  let missedUnknown = false

  function connect(): void {
    clearTimeout(retry)
    source?.close()
    const query = new URLSearchParams({ ...(seen ? { last_event_id: seen } : {}), ping: String(pingS) })
    const opened = open(`/api/live?${query}`)
    source = opened
    waitFor(patienceMs)
    patienceMs = Math.min(patienceMs * 2, Math.max(LONGEST_RETRY_MS, silenceMs))
    opened.onerror = () => {
      lose()
      if (opened.readyState === EventSource.CLOSED) retryLater()
    }
    const on = (name: string, take: (event: MessageEvent<string>) => void): void =>
      opened.addEventListener(name, (event: MessageEvent<string>) => {
        if (source !== opened) return
        heard()
        take(event)
      })
    on('ready', follow)
    on('ping', ({ data }) => listener.onTold?.(new Date((JSON.parse(data) as { server_time: string }).server_time)))
    on('case', (event) => {
      follow(event)
      listener.onCase(JSON.parse(event.data) as CaseChange)
    })
    on('attention', (event) => {
      follow(event)
      listener.onAttention?.(JSON.parse(event.data) as Attention)
    })
    for (const kind of CHANGE_KINDS) {
      on(kind, (event) => {
        follow(event)
        tellChange(kind, JSON.parse(event.data))
      })
    }
    on('resync', (event) => {
      seen = event.lastEventId || null
      missedUnknown = false
      tellAll()
    })
  }

  function follow(event: MessageEvent<string>): void {
    seen = event.lastEventId || seen
  }

  /** Anything may have changed. */
  function tellAll(): void {
    listener.onResync()
    CHANGE_KINDS.forEach((kind) => tellChange(kind))
  }

  function heard(): void {
    retryMs = FIRST_RETRY_MS
    patienceMs = silenceMs
    waitFor(silenceMs)
    listener.onState('live')
    if (missedUnknown) {
      missedUnknown = false
      tellAll()
    }
  }

  function lose(): void {
    missedUnknown ||= seen === null
    listener.onState('lost')
  }

  /** It is said after `silenceMs` that the stream is lost; it is given up after `ms`. */
  function waitFor(ms: number): void {
    clearTimeout(silence)
    silence = setTimeout(
      () => {
        lose()
        if (ms > silenceMs) waitFor(ms - silenceMs)
        else connect()
      },
      Math.min(ms, silenceMs),
    )
  }

  function retryLater(): void {
    clearTimeout(retry)
    retry = setTimeout(connect, retryMs)
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
  }

  function wake(): void {
    if (document.visibilityState === 'visible' && source?.readyState !== EventSource.OPEN) connect()
  }

  listener.onState('connecting')
  connect()
  window.addEventListener('online', wake)
  document.addEventListener('visibilitychange', wake)
  return () => {
    clearTimeout(retry)
    clearTimeout(silence)
    source?.close()
    source = null
    window.removeEventListener('online', wake)
    document.removeEventListener('visibilitychange', wake)
  }
}
