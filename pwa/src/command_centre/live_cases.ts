/* The town's cases as they are now: a snapshot, then every change from the live feed. Rows are replaced, never edited. */
import { onScopeDispose, shallowRef, watch } from 'vue'
import { api, ask, type CaseSummary, type Failure, type Schemas } from '@/api/client'
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { useChanges } from '@/live/changes'
import { isEnded } from './queue'
import { openFeed, type CaseChange, type FeedState } from '@/live/feed'

/** Shifts begin and end without a message, and a broken stream can look alive for long: ask for everything this often. */
const SNAPSHOT_EVERY_MS = 60_000

export type LiveCases = ReturnType<typeof useLiveCases>

export function useLiveCases() {
  const rows = shallowRef<CaseSummary[]>([])
  const squads = shallowRef<Schemas['SquadOut'][]>([])
  /** How many open cases the server did not list, because there are more than it lists at once. */
  const unlisted = shallowRef(0)
  const asOf = shallowRef<Date | null>(null)
  const feed = shallowRef<FeedState>('connecting')
  const failure = shallowRef<Failure | null>(null)
  let stopFeed: (() => void) | undefined
  let stopped = false

  async function takeSnapshot(): Promise<void> {
    const answer = await ask(api.GET('/api/live/snapshot'))
    if (stopped) return
    failure.value = answer.ok ? null : answer.failure
    if (!answer.ok) return
    const snapshot = answer.data
    rows.value = withNewer(snapshot.cases, rows.value, snapshot.as_of)
    squads.value = snapshot.squads
    unlisted.value = unlistedIn(snapshot)
    asOf.value = new Date(snapshot.as_of)
    stopFeed ??= openFeed({ onCase, onResync: takeSnapshot, onState: (state) => (feed.value = state) }, snapshot.last_event_id)
  }

  async function readSquads(): Promise<void> {
    const answer = await ask(api.GET('/api/squads'))
    if (!stopped && answer.ok) squads.value = answer.data
  }

  async function onCase(change: CaseChange): Promise<void> {
    asOf.value = now()
    const held = rows.value.find((row) => row.id === change.case_id)
    if (held && held.version >= change.version) return
    const answer = await ask(api.GET('/api/cases/{case_id}', { params: { path: { case_id: change.case_id } } }))
    if (!stopped && answer.ok) put(answer.data)
  }

  /** Take over a case as an answer showed it, unless a newer one is held. */
  function put(row: CaseSummary): void {
    rows.value = withRow(rows.value, row)
  }

  useChanges('duty', () => void readSquads())
  const timer = setInterval(() => void takeSnapshot(), SNAPSHOT_EVERY_MS)
  // The browser knows at once that the cable is out; the stream may look alive for minutes.
  window.addEventListener('offline', takeSnapshot)
  window.addEventListener('online', takeSnapshot)
  watch(session.standing, (standing) => standing === 'signed_in' && void takeSnapshot())
  onScopeDispose(() => {
    stopped = true
    clearInterval(timer)
    window.removeEventListener('offline', takeSnapshot)
    window.removeEventListener('online', takeSnapshot)
    stopFeed?.()
  })
  void takeSnapshot()
  return { rows, squads, unlisted, asOf, feed, failure, takeSnapshot, put }
}

/** Open cases that the snapshot counts but does not list. */
export function unlistedIn(snapshot: Pick<Schemas['Snapshot'], 'counts' | 'cases'>): number {
  const open = Object.values(snapshot.counts).reduce((sum, count) => sum + count, 0)
  return Math.max(0, open - snapshot.cases.filter((row) => !isEnded(row)).length)
}

export function withRow(rows: CaseSummary[], row: CaseSummary): CaseSummary[] {
  const held = rows.find(({ id }) => id === row.id)
  if (!held) return [...rows, row]
  return held.version > row.version ? rows : rows.map((other) => (other === held ? row : other))
}

/** The snapshot's rows, but none older than what is held, and what came by the feed after the snapshot was taken. */
export function withNewer(snapshot: CaseSummary[], held: CaseSummary[], takenAt: string): CaseSummary[] {
  const heldById = new Map(held.map((row) => [row.id, row]))
  const inSnapshot = new Set(snapshot.map(({ id }) => id))
  const kept = snapshot.map((row) => {
    const mine = heldById.get(row.id)
    return mine && mine.version > row.version ? mine : row
  })
  const arrivedSince = held.filter((row) => !inSnapshot.has(row.id) && Date.parse(row.updated_at) > Date.parse(takenAt))
  return [...kept, ...arrivedSince]
}
