/* The camera's own files, where the county wants them as evidence: kept from the moment of the shot, sent once their photo
   has arrived and there is Wi-Fi, forgotten when the server has said that it has this very file. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { isSignedInHere } from '@/auth/session'
import type { Problem, Schemas } from '@/api/client'
import { shallowRef } from 'vue'
import { exchange } from './wire'

export interface Original {
  user: string
  /** Of the smaller picture that is sent first. */
  photo: string
  sha256: string
  type: string
  bytes: ArrayBuffer
  shotAt: string
  /** The report or step that it belongs to, once that has arrived. */
  to: { path: string; id: string } | null
  /** Why the server will not have it. */
  refused: Problem | null
}

interface Schema extends DBSchema {
  originals: { key: [string, string]; value: Original; indexes: { user: string } }
}

/** Photos that were never sent, thrown away most likely. */
const UNCLAIMED_AFTER_MS = 14 * 86_400_000

let opened: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('suozi-originals', 1, {
    upgrade: (db) => void db.createObjectStore('originals', { keyPath: ['user', 'photo'] }).createIndex('user', 'user'),
    terminated: () => (opened = undefined),
  }).catch((error: unknown) => {
    opened = undefined
    throw error
  })
  return opened
}

/** What waits for Wi-Fi, of the person signed in. */
export const waitingOriginals = shallowRef<{ count: number; bytes: number }>({ count: 0, bytes: 0 })

/** Rejects when the phone has no room: then the photo goes without its original. */
export async function keepOriginal(original: Omit<Original, 'to' | 'refused'>): Promise<void> {
  await (await database()).put('originals', { ...original, to: null, refused: null })
}

/** The photos of `path` have arrived; their originals may follow. */
export async function claimOriginals(user: string, path: string, id: string, photos: readonly string[]): Promise<void> {
  const transaction = (await database()).transaction('originals', 'readwrite')
  for (const photo of photos) {
    const original = await transaction.store.get([user, photo])
    if (original && !original.to) await transaction.store.put({ ...original, to: { path, id } })
  }
  await transaction.done
}

/** Counts what waits. Where the browser does not store, nothing does. */
export async function countOriginals(user: string): Promise<void> {
  const found = await originalsOf(user).catch(() => [])
  const waiting = found.filter((one) => one.to && !one.refused)
  waitingOriginals.value = { count: waiting.length, bytes: waiting.reduce((sum, one) => sum + one.bytes.byteLength, 0) }
}

async function originalsOf(user: string): Promise<Original[]> {
  return (await database()).getAllFromIndex('originals', 'user', user)
}

let sending: Promise<void> | null = null

/** Sends them one after the other until one does not get through. Whether there is Wi-Fi is for the caller to know. */
export function sendOriginals(user: string): Promise<void> {
  return (sending ??= sendEach(user).finally(() => (sending = null)))
}

async function sendEach(user: string): Promise<void> {
  await forgetUnclaimed(user)
  for (const original of await originalsOf(user)) {
    if (!original.to || original.refused || !isSignedInHere(user)) continue
    if (!(await sendOne(original, original.to))) break
  }
  await countOriginals(user)
}

/** false: the rest would fare no better now. */
async function sendOne(original: Original, to: { path: string; id: string }): Promise<boolean> {
  const answer = await exchange('PUT', `${to.path}/photos/${original.photo}/original`, original.bytes, original.bytes.byteLength)
  const db = await database()
  if (answer.kind === 'answer') {
    const receipt = answer.json as Partial<Schemas['OriginalReceipt']> | null
    const isKept = receipt?.id === to.id && receipt.sha256 === original.photo && receipt.original === original.sha256
    if (isKept) await db.delete('originals', [original.user, original.photo])
    return isKept
  }
  if (answer.kind !== 'refused') return false
  await db.put('originals', { ...original, refused: answer.problem })
  return true
}

async function forgetUnclaimed(user: string): Promise<void> {
  const db = await database()
  for (const one of await originalsOf(user)) {
    if (!one.to && Date.now() - new Date(one.shotAt).getTime() > UNCLAIMED_AFTER_MS) await db.delete('originals', [user, one.photo])
  }
}
