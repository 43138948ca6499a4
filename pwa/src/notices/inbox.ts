/* What I was told: one list for all screens of the page, read anew whenever the feed says that there is more. What is read here is read at
   once, and told to the server; without a signal it is told when there is one. `useInboxKeeper` keeps it while somebody is signed in. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { api, ask, type Answer } from '@/api/client'
import { useLoad, type Load, type Loading } from '@/api/load'
import { now } from '@/lib/clock'
import { useChanges } from '@/live/changes'
import { asRead, isUnread, type Notice, type NoticeTold } from './notice'

const RECENT = 50
const MOST_UNREAD = 200
const SETTLE_MS = 300
/** So long 全部已读 can be taken back; only then the server hears of it. */
const UNDO_MS = 10_000

/** `recent`: the newest, read or not. `unread`: all that is unread, newest first; `count` of them, where there are more than that. */
export interface Told {
  recent: Notice[]
  unread: Notice[]
  count: number
  next: string | null
  /** By the server's clock. */
  until: string
}

const source = shallowRef<Loading<Told> | null>(null)
const readHere = shallowRef<ReadonlySet<string>>(new Set())
const readUntil = shallowRef<string | null>(null)
/** Read here, and the server does not know yet. */
const owed = new Set<string>()

export const inbox = computed<Load<Told>>(() => {
  const state = source.value?.state.value ?? ({ kind: 'loading' } as const)
  return state.kind === 'ready' ? { ...state, data: withReadHere(state.data) } : state
})
export const unread = computed(() => (inbox.value.kind === 'ready' ? inbox.value.data.unread : []))
export const unreadCount = computed(() => (inbox.value.kind === 'ready' ? inbox.value.data.count : 0))

export const reloadInbox = async (): Promise<void> => source.value?.reload()

/** A page of the list as it stands on this device. */
export function asReadHere(notices: readonly Notice[]): Notice[] {
  return asRead(notices, readHere.value, readUntil.value, now().toISOString())
}

function withReadHere(told: Told): Told {
  const still = asReadHere(told.unread).filter(isUnread)
  return { ...told, recent: asReadHere(told.recent), unread: still, count: Math.max(0, told.count - told.unread.length + still.length) }
}

async function fetchTold(): Promise<Answer<Told>> {
  const recent = await ask(api.GET('/api/notices', { params: { query: { limit: RECENT } } }))
  if (!recent.ok) return recent
  const { items, unseen, next_cursor: next, as_of: until } = recent.data
  const told = { recent: items, unread: items.filter(isUnread), count: unseen, next, until }
  if (told.unread.length === unseen) return { ok: true, data: told }
  const all = await ask(api.GET('/api/notices', { params: { query: { unseen: true, limit: MOST_UNREAD } } }))
  return all.ok ? { ok: true, data: { ...told, unread: all.data.items, count: all.data.unseen } } : all
}

/** These I have read. */
export async function see(ids: readonly string[]): Promise<void> {
  const fresh = ids.filter((id) => !readHere.value.has(id))
  if (!fresh.length) return
  readHere.value = new Set([...readHere.value, ...fresh])
  fresh.forEach((id) => owed.add(id))
  await payOwed()
}

async function payOwed(): Promise<void> {
  const ids = [...owed].slice(0, MOST_UNREAD)
  if (!ids.length) return
  const answer = await ask(api.PUT('/api/notices/seen', { body: { ids } }))
  if (answer.ok) ids.forEach((id) => owed.delete(id))
}

let holding: ReturnType<typeof setTimeout> | undefined

/** All are read, and for a while the returned function takes that back. What comes later is not among them. */
export function seeAll(): () => void {
  const state = source.value?.state.value
  const until = state?.kind === 'ready' ? state.data.until : now().toISOString()
  clearTimeout(holding)
  readUntil.value = until
  holding = setTimeout(() => void tellAllSeen(until), UNDO_MS)
  return () => {
    clearTimeout(holding)
    readUntil.value = null
  }
}

async function tellAllSeen(until: string): Promise<void> {
  const answer = await ask(api.PUT('/api/notices/seen', { body: { ids: [], until } }))
  if (!answer.ok) readUntil.value = null
  else await reloadInbox()
}

/** Whoever has the case open has read what is told about it. `shown`: its id while it is looked at. */
export function useReadWhileShown(shown: () => string | null): void {
  const read = (): void => {
    const caseId = shown()
    if (caseId && document.visibilityState === 'visible') void see(unread.value.filter((one) => one.case.id === caseId).map((one) => one.id))
  }
  watch([shown, unread], read, { immediate: true })
  document.addEventListener('visibilitychange', read)
  onScopeDispose(() => document.removeEventListener('visibilitychange', read))
}

/** Once a page, by whatever shows the frame around its screens. `onNew` hears of what has just come. */
export function useInboxKeeper(onNew: (told: NoticeTold) => void): void {
  const loading = useLoad(fetchTold, 'notices')
  source.value = loading
  readHere.value = new Set()
  readUntil.value = null
  owed.clear()
  let timer: ReturnType<typeof setTimeout> | undefined
  useChanges('notice', (said) => {
    clearTimeout(timer)
    timer = setTimeout(() => void loading.reload(), SETTLE_MS)
    const told = said as NoticeTold | undefined
    if (told && !told.over) onNew(told)
  })
  watch(loading.state, (state) => state.kind === 'ready' && !state.failure && void payOwed())
  useArrivals()
  onScopeDispose(() => {
    clearTimeout(timer)
    clearTimeout(holding)
    source.value = null
  })
}

/** Tells the server what has reached this page. */
function useArrivals(): void {
  const told = new Set<string>()
  watch(unread, async (notices) => {
    const ids = notices.map((one) => one.id).filter((id) => !told.has(id)).slice(0, MOST_UNREAD)
    if (!ids.length) return
    ids.forEach((id) => told.add(id))
    const answer = await ask(api.PUT('/api/notices/delivered', { body: { ids, channel: 'in_app' } }))
    if (!answer.ok) ids.forEach((id) => told.delete(id))
  }, { immediate: true })
}
