/* The tracker whose secret is still on screen. It is kept on this phone until its owner has said that the app is set up, or has
   signed out: opening the app may end the page, and the secret is told only once. */
import { shallowRef } from 'vue'
import type { Schemas } from '@/api/client'
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { dropCopy, keepCopy, keptCopy } from '@/offline/kept'
import type { AppKey } from './apps'

export interface Fresh {
  owner: string
  app: AppKey | null
  made: Schemas['NewTrackSource']
}

export const fresh = shallowRef<Fresh | null>(null)

const keptAs = (): string => `${session.me.value?.id} fresh_tracker`

/** To be awaited before `fresh` says anything. */
export async function findFresh(): Promise<void> {
  const owner = session.me.value?.id
  if (fresh.value?.owner === owner) return
  fresh.value = (await keptCopy<Fresh>(keptAs()))?.data ?? null
}

export async function keepFresh(app: AppKey | null, made: Fresh['made']): Promise<void> {
  fresh.value = { owner: session.me.value?.id ?? '', app, made }
  await keepCopy(keptAs(), { data: fresh.value, asOf: now() })
}

export async function dropFresh(): Promise<void> {
  fresh.value = null
  await dropCopy(keptAs())
}
