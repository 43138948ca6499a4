/* What the service worker does with a push: shows it, unless a page of ours is in sight and tells of it itself; opens what it is about when
   it is tapped; and tells the server of both. */
import { addressOf, readPush, type FromWorker } from './push_message'

type Worker = ServiceWorkerGlobalScope

export async function showPushed(worker: Worker, text: string): Promise<void> {
  const pushed = readPush(text, worker.location.origin, worker.navigator.language)
  const { title, body, tag, lang, path, notice } = pushed
  const pages = await pagesOf(worker)
  const inSight = pages.filter((page) => page.visibilityState === 'visible')
  inSight.forEach((page) => page.postMessage({ kind: 'notice_pushed' } satisfies FromWorker))
  if (!inSight.length) {
    // `renotify` is not in every list of types: what is said again under the same tag sounds again.
    const options = { body, tag, lang, renotify: true, icon: '/icon-192.png', badge: '/icon-192.png', data: { path, notice } }
    await worker.registration.showNotification(title, options)
  }
  await Promise.all([showBadge(worker, pushed.badge), notice && tell('/api/notices/delivered', { ids: [notice], channel: 'web_push' })])
}

/** To an open page if there is one, which then goes there itself and loses nothing typed; else in a new window. */
export async function tapped(worker: Worker, notification: Notification): Promise<void> {
  const place = notification.data as { path: string; notice: string | null }
  notification.close()
  const pages = await pagesOf(worker)
  const page = pages.find((one) => one.focused) ?? pages.find((one) => one.visibilityState === 'visible') ?? pages[0]
  if (page) {
    page.postMessage({ kind: 'notice_open', ...place } satisfies FromWorker)
    await page.focus()
  } else {
    await worker.clients.openWindow(addressOf(place))
  }
  if (place.notice) await tell('/api/notices/seen', { ids: [place.notice] })
}

/** The browser has replaced its subscription. */
export async function subscribeAgain(worker: Worker): Promise<void> {
  const { pushManager } = worker.registration
  const old = await pushManager.getSubscription()
  const answer = old ? null : await fetch('/api/me/notice-wish')
  const key = old?.options.applicationServerKey ?? (answer?.ok ? ((await answer.json()) as { push_key: string }).push_key : null)
  if (!key) return
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
  await tell('/api/me/push-subscription', subscription.toJSON())
}

const pagesOf = (worker: Worker): Promise<readonly WindowClient[]> => worker.clients.matchAll({ type: 'window', includeUncontrolled: true })

async function showBadge(worker: Worker, count: number | null): Promise<void> {
  if (count === null || !('setAppBadge' in worker.navigator)) return
  await worker.navigator.setAppBadge(count).catch(() => undefined)
}

/** As whoever is signed in. Unheard, the page says it at its next start. */
async function tell(path: string, body: object): Promise<void> {
  await fetch(path, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).catch(() => undefined)
}
