/* Sends what the outbox holds, oldest first, the steps of one case strictly in their order, one tab at a time. An item leaves the outbox only when the server has said,
   in our own JSON, under the same id, that nothing is missing; every other answer keeps it, with the reason. */
import { failureOf, reportSignedOut, type CaseDetail, type Problem, type Schemas } from '@/api/client'
import { isSignedInHere } from '@/auth/session'
import { language } from '@/locales/t'
import { amend, drop, itemsOf, photosOf, refusedBefore, type OutboxItem, type Photo, type Waiting } from './outbox'

type Receipt = Schemas['ReportReceipt'] | Schemas['ActionReceipt']
type Reply = { kind: 'receipt'; receipt: Receipt } | { kind: Exclude<Waiting, 'new'>; problem: Problem | null }

const TIME_LIMIT_MS = 60_000
/** The slowest link on which a photo by itself is given the time it needs. */
const SLOWEST_BYTES_PER_MS = 10
/** Up to here one request carries everything; beyond, a case must not wait for its pictures on a slow link. */
const WHOLE_UP_TO_BYTES = 2_000_000
/** Codes that say: this content will not be taken, however often it is sent. */
const REFUSALS = new Set([400, 403, 404, 409, 413, 415, 422])

/** Codes that say: not now, whatever it is. Trying the next item at once would only add to it. */
const BUSY = new Set([429, 503, 507])

type Delivered = (id: string, it: CaseDetail) => void
const listeners = new Set<Delivered>()
const otherTabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('suozi-delivered')
otherTabs?.addEventListener('message', ({ data }: MessageEvent<Parameters<Delivered>>) => listeners.forEach((listener) => listener(...data)))

/** Calls `listener` with the id of every item that has arrived, sent by whichever tab, and its case as the server sees it
    now. Returns the way to stop. */
export function whenDelivered(listener: Delivered): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function tellDelivered(...news: Parameters<Delivered>): void {
  listeners.forEach((listener) => listener(...news))
  otherTabs?.postMessage(news)
}

function pathOf(item: OutboxItem): string {
  return item.kind === 'report' ? `/api/reports/${item.id}` : `/api/cases/${item.caseId}/actions/${item.id}`
}

async function put(path: string, id: string, body: BodyInit, timeLimitMs = TIME_LIMIT_MS): Promise<Reply> {
  let response: Response
  let json: unknown
  try {
    response = await fetch(path, {
      method: 'PUT',
      body,
      credentials: 'same-origin',
      headers: { 'Accept-Language': language.value, 'Suozi-Phone-Time': new Date().toISOString() },
      signal: AbortSignal.timeout(timeLimitMs),
    })
    json = await response.json().catch(() => null)
  } catch {
    return { kind: 'network', problem: null }
  }
  return read(response, json, id)
}

function read(response: Response, json: unknown, id: string): Reply {
  if (response.ok) {
    const receipt = json as Partial<Receipt> | null
    const isOurs = receipt?.id === id && Array.isArray(receipt.missing) && !!receipt.case
    return isOurs ? { kind: 'receipt', receipt: receipt as Receipt } : { kind: 'foreign', problem: null }
  }
  const failure = failureOf(response, json)
  if (failure.kind !== 'problem') return { kind: response.status >= 500 ? 'server' : 'foreign', problem: null }
  if (response.status === 401) return { kind: 'signed_out', problem: failure.problem }
  return { kind: REFUSALS.has(response.status) ? 'refused' : 'server', problem: failure.problem }
}

function multipart(item: OutboxItem, photos: Photo[]): FormData {
  const form = new FormData()
  form.append(item.kind, new Blob([JSON.stringify(item.body)], { type: 'application/json' }), `${item.kind}.json`)
  photos.forEach((photo) => form.append('photo', new Blob([photo.bytes], { type: photo.type }), photo.sha256))
  return form
}

/* The first try sends everything at once unless it is big. If that did not get through, the link is bad: then the content
   goes first, by itself, and each photo after it, so that every piece that arrives is progress. null: the cookie is not, or
   no longer, that of the person whose item it is; sent now it would count as somebody else's. */
async function send(item: OutboxItem): Promise<Reply | null> {
  const photos = await photosOf(item)
  const bytes = photos.reduce((sum, photo) => sum + photo.bytes.byteLength, 0)
  if (!isSignedInHere(item.user)) return null
  let reply = await put(pathOf(item), item.id, multipart(item, item.tries === 0 && bytes <= WHOLE_UP_TO_BYTES ? photos : []))
  while (reply.kind === 'receipt' && reply.receipt.missing.length > 0) {
    const awaited: string = reply.receipt.missing[0]!
    const photo = photos.find((one) => one.sha256 === awaited)
    if (!photo) return { kind: 'server', problem: null }
    if (!isSignedInHere(item.user)) return null
    const next = await put(`${pathOf(item)}/photos/${awaited}`, item.id, photo.bytes, TIME_LIMIT_MS + photo.bytes.byteLength / SLOWEST_BYTES_PER_MS)
    // An answer that still misses the photo just sent would have us send it for ever.
    if (next.kind === 'receipt' && next.receipt.missing.includes(awaited)) return { kind: 'server', problem: null }
    reply = next
  }
  return reply
}

/** What waits for the same case was decided after `sent`: it goes out on top of the version that `sent` made. */
async function carryVersion(sent: OutboxItem, it: CaseDetail): Promise<void> {
  const followers = (await itemsOf(sent.user)).filter((item) => item.kind === 'action' && item.caseId === it.id && item.id !== sent.id)
  for (const follower of followers) {
    await amend(follower.id, (item) => (item.kind === 'action' ? { ...item, body: { ...item.body, version: it.version } } : item))
  }
}

async function settle(item: OutboxItem, reply: Reply): Promise<void> {
  if (reply.kind !== 'receipt') {
    await amend(item.id, { waiting: reply.kind, problem: reply.problem, tries: item.tries + 1 })
    return
  }
  if (item.kind === 'action') await carryVersion(item, reply.receipt.case)
  // Told before it leaves: in between, a screen would offer the same step on the case as it was.
  tellDelivered(item.id, reply.receipt.case)
  await drop(item.id)
}

async function sendAll(user: string, tried: Set<string>): Promise<void> {
  const stuckCases = new Set<string>()
  for (;;) {
    const items = await itemsOf(user)
    const isHeldUp = (one: OutboxItem): boolean =>
      one.kind === 'action' && (stuckCases.has(one.caseId) || refusedBefore(one, items) !== null)
    const item = items.find((one) => one.waiting !== 'refused' && !tried.has(one.id) && !isHeldUp(one))
    if (!item) return
    tried.add(item.id)
    const reply = await send(item)
    if (!reply) return
    await settle(item, reply)
    if (reply.kind === 'signed_out') reportSignedOut()
    if (reply.kind === 'network' || reply.kind === 'foreign' || reply.kind === 'signed_out') return
    if (reply.kind === 'server' && BUSY.has(reply.problem?.status ?? 0)) return
    if (reply.kind !== 'receipt' && item.kind === 'action') stuckCases.add(item.caseId)
  }
}

let running: Promise<void> | null = null
/** Whose outbox is to be looked at (again). */
let wanted: string | null = null

/** Sends what it can for `user`. Calls during a run share that run, which then also looks at what was kept meanwhile; another
    tab that is sending makes this one a no-op. */
export function flush(user: string): Promise<void> {
  wanted = user
  return (running ??= run())
}

/* An item kept just after the last look into the outbox would otherwise wait for the next timer. */
async function run(): Promise<void> {
  const tried = new Set<string>()
  try {
    while (wanted) {
      const user = wanted
      wanted = null
      await alone(() => sendAll(user, tried))
    }
  } finally {
    running = null
  }
}

async function alone(run: () => Promise<void>): Promise<void> {
  // Absent where the page did not come over https or from this machine; then a second tab is harmless, only wasteful.
  if (!navigator.locks) return run()
  await navigator.locks.request('suozi-outbox', { ifAvailable: true }, async (lock) => {
    if (lock) await run()
  })
}
