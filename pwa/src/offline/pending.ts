/* The outbox as screens see it: what is still on this phone for the person signed in, and when to try again. */
import { onScopeDispose, shallowRef, watch } from 'vue'
import { session } from '@/auth/session'
import type { CaseDetail } from '@/api/client'
import { itemsOf, watchOutbox, type OutboxItem } from './outbox'
import { flush, whenDelivered } from './sync'

const RETRY_EVERY_MS = 30_000

export const pending = shallowRef<OutboxItem[]>([])
/** What arrived since the app was opened: the id that the phone chose, and the case as it was then. */
export const arrived = shallowRef<ReadonlyMap<string, CaseDetail>>(new Map())
export const online = shallowRef(navigator.onLine)

/** Reads the outbox into `pending`. Where the browser does not store there is nothing to be sent. */
export async function readPending(): Promise<void> {
  const user = session.me.value?.id
  const items = user ? await itemsOf(user).catch(() => []) : []
  if (user === session.me.value?.id) pending.value = items
}

export async function flushNow(): Promise<void> {
  const user = session.me.value?.id
  if (user && session.standing.value === 'signed_in') await flush(user).catch(() => undefined)
}

/** Keeps `pending` true and sends on start, on coming back, and every 30 s while anything waits. For the root component. */
export function useOutbox(): void {
  const tryNow = (): void => {
    online.value = navigator.onLine
    if (document.visibilityState === 'visible') void flushNow()
  }
  const timer = setInterval(() => {
    if (pending.value.some((item) => item.waiting !== 'refused')) tryNow()
  }, RETRY_EVERY_MS)
  const stopWatching = watchOutbox(() => void readPending())
  const stopHearing = whenDelivered((id, it) => (arrived.value = new Map(arrived.value).set(id, it)))
  const events = ['online', 'offline'] as const
  events.forEach((name) => window.addEventListener(name, tryNow))
  document.addEventListener('visibilitychange', tryNow)
  watch(
    [session.me, session.standing],
    () => void readPending().then(tryNow),
    { immediate: true },
  )
  onScopeDispose(() => {
    clearInterval(timer)
    stopWatching()
    stopHearing()
    events.forEach((name) => window.removeEventListener(name, tryNow))
    document.removeEventListener('visibilitychange', tryNow)
  })
}
