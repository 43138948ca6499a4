/* The camera's own files, where the county wants them as evidence: kept from the moment of the shot, sent once their photo
   has arrived and there is Wi-Fi, forgotten when the server has said that it has this very file. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { shallowRef } from 'vue'
import { isSignedInHere } from '@/auth/session'
import type { Problem, Schemas } from '@/api/client'
import { exchange } from './wire'

/** What is known of one; the file itself lies apart, because some dozens of them do not fit into a phone's memory. */
export interface Original {
  user: string
  /** Of the smaller picture that is sent first. */
  photo: string
  sha256: string
  type: string
  size: number
  shotAt: string
  /** The report or step that it belongs to, once that has arrived. */
  to: { path: string; id: string } | null
  /** Why the server will not have it. */
  refused: Problem | null
}

type Key = [user: string, photo: string]

interface Schema extends DBSchema {
  originals: { key: Key; value: Original; indexes: { user: string } }
  files: { key: Key; value: ArrayBuffer }
}

/** Photos that were never sent, thrown away most likely. */
const UNCLAIMED_AFTER_MS = 14 * 86_400_000

let opened: Promise<IDBPDatabase<Schema>> | undefined

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('suozi-originals', 1, {
    upgrade(db) {
      db.createObjectStore('originals', { keyPath: ['user', 'photo'] }).createIndex('user', 'user')
      db.createObjectStore('files')
    },
    terminated: () => (opened = undefined),
  }).catch((error: unknown) => {
    opened = undefined
    throw error
  })
  return opened
}

const keyOf = ({ user, photo }: Pick<Original, 'user' | 'photo'>): Key => [user, photo]

/** Those whose photo has arrived, of the person signed in: waiting for Wi-Fi, or refused. */
export const originals = shallowRef<Original[]>([])

/** Rejects when the phone has no room: then the photo goes without its original. */
export async function keepOriginal(original: Omit<Original, 'size' | 'to' | 'refused'>, file: ArrayBuffer): Promise<void> {
  const transaction = (await database()).transaction(['originals', 'files'], 'readwrite')
  await Promise.all([
    transaction.objectStore('originals').put({ ...original, size: file.byteLength, to: null, refused: null }),
    transaction.objectStore('files').put(file, keyOf(original)),
    transaction.done,
  ])
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

/** Looks up what there is to show. Where the browser does not store, there is nothing. */
export async function readOriginals(user: string): Promise<void> {
  originals.value = (await originalsOf(user).catch(() => [])).filter((one) => one.to)
}

async function originalsOf(user: string): Promise<Original[]> {
  return (await database()).getAllFromIndex('originals', 'user', user)
}

export async function fileOf(original: Original): Promise<ArrayBuffer | undefined> {
  return (await database()).get('files', keyOf(original))
}

/** A person says that the server may be asked again. */
export async function askAgain(original: Original): Promise<void> {
  await (await database()).put('originals', { ...original, refused: null })
  await readOriginals(original.user)
}

export async function dropOriginal(original: Original): Promise<void> {
  const transaction = (await database()).transaction(['originals', 'files'], 'readwrite')
  await Promise.all([
    transaction.objectStore('originals').delete(keyOf(original)),
    transaction.objectStore('files').delete(keyOf(original)),
    transaction.done,
  ])
  await readOriginals(original.user)
}

let sending: Promise<void> | null = null

/** Sends them one after the other until one does not get through. Whether there is Wi-Fi is for the caller to know. */
export function sendOriginals(user: string): Promise<void> {
  return (sending ??= sendEach(user).finally(() => (sending = null)))
}

async function sendEach(user: string): Promise<void> {
  for (const original of await originalsOf(user)) {
    if (!original.to) await forgetUnclaimed(original)
    else if (!original.refused && isSignedInHere(user) && !(await sendOne(original, original.to))) break
  }
  await readOriginals(user)
}

/** false: the rest would fare no better now. */
async function sendOne(original: Original, to: { path: string; id: string }): Promise<boolean> {
  const file = await fileOf(original)
  if (!file) return true
  const answer = await exchange('PUT', `${to.path}/photos/${original.photo}/original`, file, file.byteLength)
  if (answer.kind === 'answer') {
    const receipt = answer.json as Partial<Schemas['OriginalReceipt']> | null
    const isKept = receipt?.id === to.id && receipt.sha256 === original.photo && receipt.original === original.sha256
    if (isKept) await dropOriginal(original)
    return isKept
  }
  if (answer.kind !== 'refused') return false
  await (await database()).put('originals', { ...original, refused: answer.problem })
  return true
}

async function forgetUnclaimed(original: Original): Promise<void> {
  if (Date.now() - new Date(original.shotAt).getTime() > UNCLAIMED_AFTER_MS) await dropOriginal(original)
}
