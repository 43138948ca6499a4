/* Copies of the last answers, so that screens have something true to show with no signal: each with the time at which it
   was true. Forgotten at sign-out. */
import { openDB, type IDBPDatabase } from 'idb'

export interface Copy<T> {
  data: T
  asOf: Date
}

let opened: Promise<IDBPDatabase> | undefined

function database(): Promise<IDBPDatabase> {
  opened ??= openDB('suozi-kept', 1, { upgrade: (db) => void db.createObjectStore('answers') })
  return opened
}

/** undefined: nothing kept, or this browser does not store. */
export async function keptCopy<T>(name: string): Promise<Copy<T> | undefined> {
  try {
    return (await (await database()).get('answers', name)) as Copy<T> | undefined
  } catch {
    return undefined
  }
}

/** A copy is a convenience: when it cannot be stored, nothing is said. */
export async function keepCopy<T>(name: string, copy: Copy<T>): Promise<void> {
  try {
    await (await database()).put('answers', copy, name)
  } catch {
    return
  }
}

export async function dropCopy(name: string): Promise<void> {
  try {
    await (await database()).delete('answers', name)
  } catch {
    return
  }
}

/** Where nothing can be stored there is nothing to forget. */
export async function forgetCopies(): Promise<void> {
  try {
    await (await database()).clear('answers')
  } catch {
    return
  }
}
