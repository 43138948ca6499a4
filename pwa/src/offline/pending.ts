/* The outbox as screens see it: what is still on this phone for the person signed in, and when to try again. */
import { onScopeDispose, shallowRef, watch } from 'vue'
import { session } from '@/auth/session'
import type { CaseDetail } from '@/api/client'
import { isWifi } from '@/lib/link'
import { originals, readOriginals, sendOriginals } from './originals'
import { isHeld, itemsOf, release, watchOutbox, type OutboxItem } from './outbox'
import { flush, whenDelivered } from './sync'

const RETRY_EVERY_MS = 30_000
const LOOK_AFTER_MS = 50

export const pending = shallowRef<OutboxItem[]>([])
/** What arrived since the app was opened: the id that the phone chose, and the case as it was then. */
export const arrived = shallowRef<ReadonlyMap<string, CaseDetail>>(new Map())
const OVERDUE_MS = 24 * 3_600_000
/** Unsent for so long that somebody should go where there is a signal. */
export const isOverdue = (item: OutboxItem, at: Date): boolean => at.getTime() - new Date(item.savedAt).getTime() > OVERDUE_MS

export const online = shallowRef(navigator.onLine)

/** Reads the outbox into `pending`. Where the browser does not store there is nothing to be sent. */
export async function readPending(): Promise<void> {
  const user = session.me.value?.id
  const items = user ? await itemsOf(user).catch(() => []) : []
  if (user === session.me.value?.id) pending.value = items
}

export async function flushNow(): Promise<void> {
  const user = session.me.value?.id
  if (!user || session.standing.value !== 'signed_in') return
  await flush(user).catch(() => undefined)
  await (isWifi() ? sendOriginals(user) : readOriginals(user)).catch(() => undefined)
}

/** Over whatever link there is, because a person says so. */
export async function sendOriginalsNow(): Promise<void> {
  const user = session.me.value?.id
  if (user) await sendOriginals(user).catch(() => undefined)
}

/** Sends also what could still be taken back: whoever left it, or has seen enough, means it. */
export async function sendHeld(): Promise<void> {
  const user = session.me.value?.id
  if (!user) return
  await release(user).catch(() => undefined)
  await flushNow()
}

/** Keeps `pending` true and sends on start, on coming back, and every 30 s while anything waits. For the root component. */
export function useOutbox(): void {
  const tryNow = (): void => {
    online.value = navigator.onLine
    if (document.visibilityState === 'visible') void flushNow()
    else if (pending.value.some((item) => isHeld(item))) void sendHeld()
  }
  const timer = setInterval(() => {
    if (originals.value.some((one) => !one.refused) || pending.value.some((item) => item.waiting !== 'refused')) tryNow()
  }, RETRY_EVERY_MS)
  // With hundreds of items on their way, one look for many changes.
  let look: ReturnType<typeof setTimeout> | undefined
  const stopWatching = watchOutbox(() => (look ??= setTimeout(() => {
    look = undefined
    void readPending()
  }, LOOK_AFTER_MS)))
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
    clearTimeout(look)
    stopWatching()
    stopHearing()
    events.forEach((name) => window.removeEventListener(name, tryNow))
    document.removeEventListener('visibilitychange', tryNow)
  })
}
