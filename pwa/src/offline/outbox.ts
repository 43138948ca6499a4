/* What this phone has promised to send: reports and actions, stored before any network call and kept until the server has
   acknowledged every byte. Photos are ArrayBuffers: a Blob in IndexedDB is lost in private sessions of WebKit. Sending is
   in sync.ts. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { CaseDetail, Problem, Schemas } from '@/api/client'

export interface Photo {
  sha256: string
  type: string
  bytes: ArrayBuffer
}

/** Why it is not sent yet. `refused`: the server will never take it as it is; a person must look at it. */
export type Waiting = 'new' | 'network' | 'foreign' | 'server' | 'signed_out' | 'refused'

interface Kept {
  /** UUIDv7, made once; the server knows the thing by it, so sending twice is harmless. */
  id: string
  user: string
  /** Matter or action in words, for the list of unsent things. */
  title: string
  sha256s: string[]
  savedAt: string
  tries: number
  waiting: Waiting
  problem: Problem | null
  /** Its place in the line, where that is not its own id: it mends an earlier item, and others wait behind that one. */
  inPlaceOf?: string
  /** The server has the content and said this; only photos are still `missing` there (SHA-256). */
  reached?: { case: CaseDetail; missing: string[] }
  /** May be taken back until then (epoch ms on this phone's clock), and is not sent before. */
  heldUntil?: number
  /** Bytes of its photos. Items of an earlier build do not say. */
  bytes?: number
}

export type ReportItem = Kept & { kind: 'report'; body: Schemas['ReportIn'] }
export type ActionItem = Kept & { kind: 'action'; caseId: string; caseCode?: string; body: Schemas['ActionIn'] }
export type OutboxItem = ReportItem | ActionItem

interface Schema extends DBSchema {
  items: { key: string; value: OutboxItem; indexes: { user: string } }
  photos: { key: [string, string]; value: Photo & { item: string } }
  drafts: { key: string; value: { user: string; content: unknown } }
}

let opened: Promise<IDBPDatabase<Schema>> | undefined

export function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('suozi', 1, {
    upgrade(db) {
      db.createObjectStore('items', { keyPath: 'id' }).createIndex('user', 'user')
      db.createObjectStore('photos', { keyPath: ['item', 'sha256'] })
      db.createObjectStore('drafts', { keyPath: 'user' })
    },
    terminated: () => (opened = undefined),
  }).catch((error: unknown) => {
    // Asked again next time: storage that fails now may work when there is room again.
    opened = undefined
    throw error
  })
  return opened
}

const watchers = new Set<() => void>()
const otherTabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('suozi-outbox')
otherTabs?.addEventListener('message', () => watchers.forEach((watcher) => watcher()))

/** Calls `watcher` after every change, also of another tab. Returns the way to stop. */
export function watchOutbox(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

function changed(): void {
  watchers.forEach((watcher) => watcher())
  otherTabs?.postMessage('changed')
}

/** How long after 提交 a report may be taken back. Journeys in the browser's tests shorten it. */
export const HOLD_MS = Number(localStorage.getItem('suozi.hold_ms') ?? 10_000)

/** A clock that was set back must not hold anything for longer than was promised. */
export function isHeld(item: OutboxItem, at = Date.now()): boolean {
  const left = (item.heldUntil ?? 0) - at
  return left > 0 && left <= HOLD_MS
}

/** Stores an item with its photos, all or nothing. Rejects when the phone has no room or refuses to store. A report takes
    the place of its draft, and of the refused item that it mends, in the same stroke: a phone that dies in between has
    either the one or the other. */
export async function keep(item: OutboxItem, photos: Photo[], replaces: string | null = null): Promise<void> {
  const transaction = (await database()).transaction(['items', 'photos', 'drafts'], 'readwrite', { durability: 'strict' })
  const [items, kept] = [transaction.objectStore('items'), transaction.objectStore('photos')]
  await Promise.all([
    items.put({ ...item, bytes: photos.reduce((sum, photo) => sum + photo.bytes.byteLength, 0) }),
    ...photos.map((photo) => kept.put({ ...photo, item: item.id })),
    ...(item.kind === 'report' ? [transaction.objectStore('drafts').delete(item.user)] : []),
    ...(replaces ? [items.delete(replaces), kept.delete(everyPhotoOf(replaces))] : []),
    transaction.done,
  ])
  changed()
  // Asked here, where it is plain what for; the answer changes nothing for this item.
  void navigator.storage?.persist?.()
}

const everyPhotoOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []])

/** Items of one person, oldest first. */
export async function itemsOf(user: string): Promise<OutboxItem[]> {
  const items = await (await database()).getAllFromIndex('items', 'user', user)
  return items.sort((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1))
}

export const lineOf = (item: OutboxItem): string => item.inPlaceOf ?? item.id

/** The refused step of the same case that `item` was decided on top of; it is not sent while that one is unsettled. */
export function refusedBefore(item: OutboxItem, items: readonly OutboxItem[]): ActionItem | null {
  if (item.kind !== 'action') return null
  const blocks = (one: OutboxItem): one is ActionItem =>
    one.kind === 'action' && one.caseId === item.caseId && one.waiting === 'refused' && lineOf(one) < lineOf(item)
  return items.find(blocks) ?? null
}

export async function photosOf(item: OutboxItem): Promise<Photo[]> {
  const db = await database()
  const found = await Promise.all(item.sha256s.map((sha256) => db.get('photos', [item.id, sha256])))
  return found.filter((photo) => photo !== undefined)
}

/** Changes a stored item; does nothing if it is gone meanwhile. */
export async function amend(id: string, change: Partial<Kept> | ((item: OutboxItem) => OutboxItem)): Promise<void> {
  const transaction = (await database()).transaction('items', 'readwrite')
  const item = await transaction.store.get(id)
  if (item) await transaction.store.put(typeof change === 'function' ? change(item) : { ...item, ...change })
  await transaction.done
  changed()
}

/** Keeps what may still be taken back a while longer. false: it has left, or is leaving. */
export async function holdOn(id: string): Promise<boolean> {
  let isOurs = false
  await amend(id, (item) => {
    isOurs = isHeld(item) && item.tries === 0
    return isOurs ? { ...item, heldUntil: Date.now() + HOLD_MS } : item
  })
  return isOurs
}

/** Nobody is there to take anything back any more. */
export async function release(user: string): Promise<void> {
  for (const item of await itemsOf(user)) if (isHeld(item)) await amend(item.id, { heldUntil: 0 })
}

export async function drop(id: string): Promise<void> {
  const transaction = (await database()).transaction(['items', 'photos'], 'readwrite')
  await Promise.all([
    transaction.objectStore('items').delete(id),
    transaction.objectStore('photos').delete(everyPhotoOf(id)),
    transaction.done,
  ])
  changed()
}
