/* What this phone has recorded in patrols, in a database of its own, kept before any network call and forgotten only when the
   server has answered for it. Everything belongs to a person; signing out clears nothing. Sending is in sync.ts. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { Schemas } from '@/api/client'
import { uuid7 } from '@/lib/uuid7'
import { BATCH_FIXES } from './pace'
import type { FixIn } from './fix'
import { isSettled, recordsAt, type Patrol } from './patrol'

/** Positions that are sent together: under this id always the same ones, also when an answer was lost. */
export interface Batch {
  id: string
  patrol: string
  /** The patrol's revision when it was cut: the server must have heard it first, or it would take them for outside the patrol. */
  revision: number
  fixes: FixIn[]
}

/** Consent that was taken back, where the server has not heard it yet. */
export interface Withdrawal {
  user: string
  text_version: number
}

interface Schema extends DBSchema {
  patrols: { key: string; value: Patrol; indexes: { user: string } }
  fixes: { key: [patrol: string, atMs: number]; value: FixIn }
  batches: { key: string; value: Batch; indexes: { patrol: string } }
  withdrawals: { key: string; value: Withdrawal }
}

let opened: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('suozi-patrols', 1, {
    // A later version adds its steps below, each behind `if (before < n)`: phones come from any of them, with unsent positions.
    upgrade(db, before) {
      if (before < 1) {
        db.createObjectStore('patrols', { keyPath: 'id' }).createIndex('user', 'user')
        db.createObjectStore('fixes')
        db.createObjectStore('batches', { keyPath: 'id' }).createIndex('patrol', 'patrol')
        db.createObjectStore('withdrawals', { keyPath: 'user' })
      }
    },
    // A tab with a newer build wants to upgrade: this one lets go and opens again when it next has something to keep.
    blocking: (_from, _to, event) => {
      ;(event.target as IDBDatabase).close()
      opened = undefined
    },
    terminated: () => (opened = undefined),
  }).catch((error: unknown) => {
    opened = undefined
    throw error
  })
  return opened
}

const watchers = new Set<() => void>()
const otherTabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('suozi-patrols')
otherTabs?.addEventListener('message', () => watchers.forEach((watcher) => watcher()))

/** Calls `watcher` after every change, also of another tab. Returns the way to stop. */
export function watchPatrols(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

function changed(): void {
  watchers.forEach((watcher) => watcher())
  otherTabs?.postMessage('changed')
}

/** A person's patrols on this phone, oldest first. */
export async function patrolsOf(user: string): Promise<Patrol[]> {
  const patrols = await (await database()).getAllFromIndex('patrols', 'user', user)
  return patrols.sort((a, b) => (a.body.started_at + a.id < b.body.started_at + b.id ? -1 : 1))
}

/** Rejects when the phone has no room or refuses to store; then nothing was begun. */
export async function keepPatrol(patrol: Patrol): Promise<void> {
  const transaction = (await database()).transaction('patrols', 'readwrite', { durability: 'strict' })
  await Promise.all([transaction.store.put(patrol), transaction.done])
  changed()
  void navigator.storage?.persist?.()
}

/** Changes a patrol as it is now, whichever tab changed it last; null if it is gone. */
export async function amendPatrol(id: string, change: (patrol: Patrol) => Patrol): Promise<Patrol | null> {
  const transaction = (await database()).transaction('patrols', 'readwrite', { durability: 'strict' })
  const before = await transaction.store.get(id)
  const after = before ? change(before) : null
  if (after && after !== before) await transaction.store.put(after)
  await transaction.done
  if (after !== before) changed()
  return after
}

/** Keeps one position. false: not recorded, because the patrol has ended, is paused or had not begun, or this moment is known. Not flushed to
    the disk each time, which would cost battery: only a phone that loses power loses the last ones. */
export async function keepFix(id: string, atMs: number, fix: FixIn): Promise<boolean> {
  const transaction = (await database()).transaction(['patrols', 'fixes'], 'readwrite', { durability: 'relaxed' })
  const [patrols, fixes] = [transaction.objectStore('patrols'), transaction.objectStore('fixes')]
  const patrol = await patrols.get(id)
  const isWanted = !!patrol && recordsAt(patrol, atMs) && !(await fixes.get([id, atMs]))
  if (isWanted) {
    await Promise.all([fixes.put(fix, [id, atMs]), patrols.put({ ...patrol, lastFixAt: fix.at, recorded: patrol.recorded + 1 })])
  }
  await transaction.done
  if (isWanted) changed()
  return isWanted
}

const everyFixOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []])

/** Closes a batch over what was recorded since the last one, oldest first, in one stroke. false: there was nothing. */
export async function cutBatch(id: string): Promise<boolean> {
  const transaction = (await database()).transaction(['patrols', 'fixes', 'batches'], 'readwrite', { durability: 'strict' })
  const fixes = transaction.objectStore('fixes')
  const [patrol, keys, values] = await Promise.all([
    transaction.objectStore('patrols').get(id),
    fixes.getAllKeys(everyFixOf(id), BATCH_FIXES),
    fixes.getAll(everyFixOf(id), BATCH_FIXES),
  ])
  const last = keys.at(-1)
  if (patrol && last) {
    await Promise.all([
      transaction.objectStore('batches').put({ id: uuid7(), patrol: id, revision: patrol.body.revision, fixes: values }),
      fixes.delete(IDBKeyRange.bound([id], last)),
    ])
  }
  await transaction.done
  return !!(patrol && last)
}

/** Positions that are in no batch yet: how many, and since when. */
export async function looseFixes(id: string): Promise<{ count: number; sinceMs: number }> {
  const keys = await (await database()).getAllKeys('fixes', everyFixOf(id))
  return { count: keys.length, sinceMs: keys[0]?.[1] ?? Infinity }
}

export async function batchesOf(id: string): Promise<Batch[]> {
  const batches = await (await database()).getAllFromIndex('batches', 'patrol', id)
  return batches.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The server has answered for all of it. */
export async function dropBatch(batch: Batch, taken: Schemas['FixesTaken']): Promise<void> {
  const transaction = (await database()).transaction(['patrols', 'batches'], 'readwrite')
  const [patrols, batches] = [transaction.objectStore('patrols'), transaction.objectStore('batches')]
  const [patrol, isHere] = await Promise.all([patrols.get(batch.patrol), batches.count(batch.id)])
  if (patrol && isHere) {
    await patrols.put({
      ...patrol,
      arrived: patrol.arrived + batch.fixes.length,
      offPatrol: patrol.offPatrol + taken.off_patrol,
      rejected: patrol.rejected + taken.rejected,
    })
  }
  await batches.delete(batch.id)
  await transaction.done
  changed()
}

/** Because a person says so, or because the server has it all: the patrol with everything that is still here of it. */
export async function dropPatrol(id: string): Promise<void> {
  const transaction = (await database()).transaction(['patrols', 'fixes', 'batches'], 'readwrite')
  const batches = transaction.objectStore('batches')
  const ids = await batches.index('patrol').getAllKeys(id)
  await Promise.all([
    ...ids.map((batch) => batches.delete(batch)),
    transaction.objectStore('fixes').delete(everyFixOf(id)),
    transaction.objectStore('patrols').delete(id),
    transaction.done,
  ])
  changed()
}

/** Patrols that the server has whole are forgotten, but for the last one, whose end is still on the screen. */
export async function forgetSettled(user: string): Promise<void> {
  const patrols = await patrolsOf(user)
  for (const patrol of patrols.slice(0, -1)) if (isSettled(patrol)) await dropPatrol(patrol.id)
}

export async function keepWithdrawal(withdrawal: Withdrawal): Promise<void> {
  await (await database()).put('withdrawals', withdrawal)
  changed()
}

export async function withdrawalOf(user: string): Promise<Withdrawal | undefined> {
  return (await database()).get('withdrawals', user)
}

export async function dropWithdrawal(user: string): Promise<void> {
  await (await database()).delete('withdrawals', user)
  changed()
}
