/* The live feed of /api/live: which case changed, and what else (changes.ts). The browser resumes a broken stream by itself; when it gives up
   (an HTTP error, a phone that slept) the stream is opened again here from the last event that was seen. */

import { CHANGE_KINDS, tellChange } from './changes'

export interface CaseChange {
  case_id: string
  code: string
  version: number
  status: string
}

/** `lost`: trying again; what is on screen may be old. */
export type FeedState = 'connecting' | 'live' | 'lost'

export interface FeedListener {
  onCase: (change: CaseChange) => void
  /** Too much was missed: load everything again. */
  onResync: () => void
  onState: (state: FeedState) => void
}

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000
/** The server pings every 15 s; a stream that is silent for longer is dead even if the browser has not noticed. */
const SILENCE_MS = 40_000

type Open = (url: string) => EventSource

/** Listens until the returned function is called. `lastEventId` comes from a snapshot; without it the feed begins now. */
export function openFeed(listener: FeedListener, lastEventId: string | null = null, open: Open = (url) => new EventSource(url)): () => void {
  let seen = lastEventId
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMs = FIRST_RETRY_MS
  let silence: ReturnType<typeof setTimeout> | undefined
  // Without any id to resume from, whatever happened while the stream was down is unknown.
  let missedUnknown = false

  function connect(): void {
    clearTimeout(timer)
    source?.close()
    source = open(seen ? `/api/live?last_event_id=${encodeURIComponent(seen)}` : '/api/live')
    heard()
    source.onopen = () => {
      heard()
      retryMs = FIRST_RETRY_MS
      listener.onState('live')
      if (missedUnknown) tellAll()
      missedUnknown = false
    }
    source.onerror = () => {
      missedUnknown = seen === null
      listener.onState('lost')
      if (source?.readyState === EventSource.CLOSED) retryLater()
    }
    source.addEventListener('ping', heard)
    source.addEventListener('case', (event: MessageEvent<string>) => {
      heard()
      seen = event.lastEventId || seen
      listener.onCase(JSON.parse(event.data) as CaseChange)
    })
    for (const kind of CHANGE_KINDS) {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        heard()
        seen = event.lastEventId || seen
        tellChange(kind)
      })
    }
    source.addEventListener('resync', (event: MessageEvent<string>) => {
      seen = event.lastEventId || null
      tellAll()
    })
  }

  /** Anything may have changed. */
  function tellAll(): void {
    listener.onResync()
    CHANGE_KINDS.forEach(tellChange)
  }

  function heard(): void {
    clearTimeout(silence)
    silence = setTimeout(() => {
      missedUnknown = seen === null
      listener.onState('lost')
      connect()
    }, SILENCE_MS)
  }

  function retryLater(): void {
    timer = setTimeout(connect, retryMs)
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
    clearTimeout(timer)
    clearTimeout(silence)
    source?.close()
    window.removeEventListener('online', wake)
    document.removeEventListener('visibilitychange', wake)
  }
}
