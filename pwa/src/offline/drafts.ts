/* Unfinished work of one person on this phone. What it is made of is the business of whoever writes it. */
import { database } from './outbox'

export async function keptDraft<T>(user: string): Promise<T | undefined> {
  return (await (await database()).get('drafts', user))?.content as T | undefined
}

export async function keepDraft(user: string, content: unknown): Promise<void> {
  await (await database()).put('drafts', { user, content })
}

export async function dropDraft(user: string): Promise<void> {
  await (await database()).delete('drafts', user)
}
