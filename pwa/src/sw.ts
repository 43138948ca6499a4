/* The service worker: the phone app opens with no signal, and says what its person is told while it is closed. It keeps the files of one
   build and nothing else; what people type and see is kept by offline/. */
import { showPushed, subscribeAgain, tapped } from './notices/worker'

/** Filled in by the build (vite.config.ts): the files of the phone app, and a name that changes when any of them does. */
declare const PRECACHE: { version: string; files: string[] }

const worker = self as unknown as ServiceWorkerGlobalScope
const CACHE = `suozi-${PRECACHE.version}`
const PAGE = '/index.html'
/** On a bad link the page that is kept is better than waiting. */
const PAGE_TIME_LIMIT_MS = 3_000

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(PRECACHE.files)))
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(dropOtherBuilds().then(() => worker.clients.claim()))
})

/* Runs when no page of another build is open any more. Claiming makes the very first visit safe against losing the signal. */
async function dropOtherBuilds(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))
}

worker.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url)
  if (event.request.method !== 'GET' || origin !== worker.location.origin || pathname.startsWith('/api/')) return
  if (event.request.mode === 'navigate') {
    if (!/^\/(desk|r)(\/|\.html|$)/.test(pathname)) event.respondWith(page(event.request))
    return
  }
  event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((kept) => kept ?? fetch(event.request)))
})

async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PAGE_TIME_LIMIT_MS) })
    if (answer.ok) return answer
  } catch {
    // No signal, or too slow: the kept page.
  }
  return (await caches.match(PAGE)) ?? Response.error()
}

worker.addEventListener('push', (event) => event.waitUntil(showPushed(worker, event.data?.text() ?? '')))
worker.addEventListener('notificationclick', (event) => event.waitUntil(tapped(worker, event.notification)))
worker.addEventListener('pushsubscriptionchange', (event) => (event as ExtendableEvent).waitUntil(subscribeAgain(worker)))
