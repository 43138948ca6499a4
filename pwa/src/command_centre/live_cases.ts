/* The town's cases as they are now: a snapshot, then every change from the live feed. Rows are replaced, never edited. A change that
   was heard of is not forgotten before the case was read: while the server cannot be reached it waits. */
import { onScopeDispose, shallowRef, watch } from 'vue'
import { api, ask, type Answer, type CaseSummary, type Failure, type Schemas } from '@/api/client'
import { session } from '@/auth/session'
import { useChanges } from '@/live/changes'
import { openFeed, QUICK, type Attention, type CaseChange, type FeedState } from '@/live/feed'
import { isEnded, type Group } from './queue'

/** Shifts begin and end without a message: ask for everything this often. */
const SNAPSHOT_EVERY_MS = 60_000
/** And this often while nothing comes by the stream. */
const POLL_EVERY_MS = 10_000
/** Changes of a moment are read together. */
const GATHER_MS = 120
const RETRY_MS = 3_000
const READ_AT_ONCE = 4
/** With more changes than this one snapshot is cheaper than reading each case. */
const READ_ONE_BY_ONE = 25

export type LiveCases = ReturnType<typeof useLiveCases>

export type GroupCounts = Partial<Record<Group | 'open' | 'ended', number>>

export function useLiveCases() {
  const rows = shallowRef<CaseSummary[]>([])
  const squads = shallowRef<Schemas['SquadOut'][]>([])
  /** How many open cases the server did not list, because there are more than it lists at once. */
  const unlisted = shallowRef(0)
  /** The server's own counts, when it sends them; the rows that it listed need not be all. */
  const groups = shallowRef<GroupCounts | null>(null)
  const asOf = shallowRef<Date | null>(null)
  const feed = shallowRef<FeedState>('connecting')
  const failure = shallowRef<Failure | null>(null)
  /** Who looks after which case, as far as other desks have said so. */
  const attended = shallowRef<Attention | null>(null)
  /** Counts the times that any case changed: a list that the server makes is then asked for again. */
  const changes = shallowRef(0)
  /** The newest version that was heard of, of cases not read yet. */
  const pending = new Map<string, number>()
  let gathering: ReturnType<typeof setTimeout> | undefined
  let polling: ReturnType<typeof setTimeout> | undefined
  let stopFeed: (() => void) | undefined
  let taking: Promise<void> | null = null
  let reading = false
  let stopped = false

  /** One at a time; whoever asks while one is on its way gets that one's answer. */
  function takeSnapshot(): Promise<void> {
    taking ??= readSnapshot().finally(() => (taking = null))
    return taking
  }

  async function readSnapshot(): Promise<void> {
    clearTimeout(polling)
    const knownBefore = new Map(pending)
    const answer = await ask(api.GET('/api/live/snapshot'))
    if (stopped) return
    polling = setTimeout(() => void takeSnapshot(), feed.value === 'live' ? SNAPSHOT_EVERY_MS : POLL_EVERY_MS)
    failure.value = answer.ok ? null : answer.failure
    if (!answer.ok) return
    const snapshot = answer.data
    for (const [id, version] of knownBefore) if (pending.get(id) === version) pending.delete(id)
    rows.value = withNewer(snapshot.cases, rows.value, snapshot.as_of)
    squads.value = snapshot.squads
    unlisted.value = unlistedIn(snapshot)
    groups.value = snapshot.groups
    changes.value++
    told(new Date(snapshot.as_of))
    stopFeed ??= openFeed(
      { onCase, onResync: () => void resync(), onState, onTold: told, onAttention: (one) => (attended.value = one) },
      snapshot.last_event_id,
      QUICK,
    )
  }

  /** What was asked for before the feed was broken may be older than what was missed. */
  async function resync(): Promise<void> {
    await taking
    await takeSnapshot()
  }

  /** While a change is known and not read, what is on screen is as old as before it. */
  function told(until: Date): void {
    if (!pending.size && until > (asOf.value ?? 0)) asOf.value = until
  }

  function onState(state: FeedState): void {
    const before = feed.value
    feed.value = state
    // Whether only the stream is broken or everything: ask at once, and again until it comes.
    if (state === 'lost' && before !== 'lost') void takeSnapshot()
    if (state === 'live' && pending.size) readSoon()
  }

  async function readSquads(): Promise<void> {
    const answer = await ask(api.GET('/api/squads'))
    if (!stopped && answer.ok) squads.value = answer.data
  }

  function onCase(change: CaseChange): void {
    noteForTest(change)
    const held = rows.value.find((row) => row.id === change.case_id)
    if (held && held.version >= change.version) return
    pending.set(change.case_id, Math.max(change.version, pending.get(change.case_id) ?? 0))
    readSoon()
  }

  function readSoon(ms = GATHER_MS): void {
    if (!reading) gathering ??= setTimeout(() => void readPending(), ms)
  }

  async function readPending(): Promise<void> {
    gathering = undefined
    reading = true
    if (pending.size > READ_ONE_BY_ONE) await resync()
    const ids = [...pending.keys()]
    for (let at = 0; at < ids.length && !stopped; at += READ_AT_ONCE) await Promise.all(ids.slice(at, at + READ_AT_ONCE).map(readCase))
    reading = false
    if (!stopped && pending.size) readSoon(RETRY_MS)
  }

  async function readCase(id: string): Promise<void> {
    const wanted = pending.get(id)
    const answer = await ask(api.GET('/api/cases/{case_id}', { params: { path: { case_id: id } } }))
    if (stopped || wanted === undefined) return
    if (answer.ok) {
      if (pending.get(id)! <= answer.data.version) pending.delete(id)
      put(answer.data)
    } else if (isGone(answer)) {
      pending.delete(id)
      rows.value = rows.value.filter((row) => row.id !== id)
      changes.value++
    }
  }

  /** Take over a case as an answer showed it, unless a newer one is held. */
  function put(row: CaseSummary): void {
    rows.value = withRow(rows.value, row)
    changes.value++
  }

  useChanges('duty', () => void readSquads())
  // The browser knows at once that the cable is out.
  const outage = (): void => void takeSnapshot()
  window.addEventListener('offline', outage)
  window.addEventListener('online', outage)
  watch(session.standing, (standing) => standing === 'signed_in' && void takeSnapshot())
  onScopeDispose(() => {
    stopped = true
    clearTimeout(polling)
    clearTimeout(gathering)
    window.removeEventListener('offline', outage)
    window.removeEventListener('online', outage)
    stopFeed?.()
  })
  void takeSnapshot()
  return { rows, squads, unlisted, groups, asOf, feed, failure, attended, changes, takeSnapshot, put }
}

/** It was moved out of our reach. */
function isGone(answer: Answer<unknown>): boolean {
  return !answer.ok && answer.failure.kind === 'problem' && answer.failure.problem.status === 404
}

/** Browser tests compare what this screen was told with the histories. */
function noteForTest({ case_id, version }: CaseChange): void {
  if (localStorage.getItem('suozi.test') === null) return
  const told = ((window as { __suoziTold?: string[] }).__suoziTold ??= [])
  told.push(`${case_id} ${version}`)
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
