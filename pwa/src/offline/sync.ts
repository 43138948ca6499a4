/* Sends what the outbox holds, oldest first, the steps of one case strictly in their order, one tab at a time. An item leaves the outbox only when the server has said,
   in our own JSON, under the same id, that nothing is missing; every other answer keeps it, with the reason. */
import { reportSignedOut, type CaseDetail } from '@/api/client'
import { isSignedInHere } from '@/auth/session'
import { isPoorLink } from '@/lib/link'
import { alone } from './alone'
import { claimOriginals } from './originals'
import { amend, drop, isHeld, itemsOf, photosOf, refusedBefore, type OutboxItem, type Photo } from './outbox'
import { putPhoto } from './photo_parts'
import { put, type Reply } from './wire'

/** Up to here one request carries everything; beyond, a case must not wait for its pictures on a slow link. */
const WHOLE_UP_TO_BYTES = 2_000_000

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

function multipart(item: OutboxItem, photos: Photo[]): FormData {
  const form = new FormData()
  form.append(item.kind, new Blob([JSON.stringify(item.body)], { type: 'application/json' }), `${item.kind}.json`)
  photos.forEach((photo) => form.append('photo', new Blob([photo.bytes], { type: photo.type }), photo.sha256))
  return form
}

/* null: the cookie is not, or no longer, that of the person whose item it is; sent now it would count as somebody else's. */
async function sendContent(item: OutboxItem, photos: Photo[] = []): Promise<Reply | null> {
  if (!isSignedInHere(item.user)) return null
  const bytes = photos.reduce((sum, photo) => sum + photo.bytes.byteLength, 0)
  return put(pathOf(item), item.id, multipart(item, photos), bytes)
}

/* The first try on a good link sends everything at once unless it is big. Otherwise the content goes first, by itself, and
   each photo after it, so that every piece that arrives is progress. */
async function send(item: OutboxItem): Promise<Reply | null> {
  const photos = await photosOf(item)
  const bytes = photos.reduce((sum, photo) => sum + photo.bytes.byteLength, 0)
  const isWhole = item.tries === 0 && !item.reached && bytes <= WHOLE_UP_TO_BYTES && !isPoorLink()
  let reply = await sendContent(item, isWhole ? photos : [])
  while (reply?.kind === 'receipt' && reply.receipt.missing.length > 0) {
    const awaited: string = reply.receipt.missing[0]!
    await noteReached(item, reply)
    const photo = photos.find((one) => one.sha256 === awaited)
    if (!photo) return { kind: 'server', problem: null }
    if (!isSignedInHere(item.user)) return null
    const next = await putPhoto(pathOf(item), item.id, photo)
    // An answer that still misses the photo just sent would have us send it for ever.
    if (next.kind === 'receipt' && next.receipt.missing.includes(awaited)) return { kind: 'server', problem: null }
    reply = next
  }
  return reply
}

/** The server has the content: the case is on its way, whatever becomes of the photos. */
async function noteReached(item: OutboxItem, { receipt }: Extract<Reply, { kind: 'receipt' }>): Promise<void> {
  await amend(item.id, { reached: { case: receipt.case, missing: receipt.missing } })
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
  if (reply.receipt.missing.length > 0) return noteReached(item, reply)
  // Told before it leaves: in between, a screen would offer the same step on the case as it was.
  tellDelivered(item.id, reply.receipt.case)
  // Where they cannot be kept any longer, the photos themselves have arrived.
  await claimOriginals(item.user, pathOf(item), item.id, item.sha256s).catch(() => undefined)
  await drop(item.id)
}

async function sendAll(user: string, tried: Set<string>): Promise<void> {
  // On a poor link what happened is known before any picture is sent.
  if (isPoorLink() && !(await walk(user, new Set(), (item) => sendContent(item), (item) => !item.reached))) return
  await walk(user, tried, send)
}

/** One after the other, each once. false: the rest would fare no better now. */
async function walk(
  user: string,
  tried: Set<string>,
  sendOne: (item: OutboxItem) => Promise<Reply | null>,
  wants: (item: OutboxItem) => boolean = () => true,
): Promise<boolean> {
  const stuckCases = new Set<string>()
  for (;;) {
    const items = await itemsOf(user)
    const isHeldUp = (one: OutboxItem): boolean =>
      isHeld(one) || (one.kind === 'action' && (stuckCases.has(one.caseId) || refusedBefore(one, items) !== null))
    const item = items.find((one) => one.waiting !== 'refused' && !tried.has(one.id) && wants(one) && !isHeldUp(one))
    if (!item) return true
    tried.add(item.id)
    const reply = await sendOne(item)
    if (!reply) return false
    await settle(item, reply)
    if (reply.kind === 'signed_out') reportSignedOut()
    if (reply.kind === 'network' || reply.kind === 'foreign' || reply.kind === 'signed_out') return false
    if (reply.kind === 'server' && BUSY.has(reply.problem?.status ?? 0)) return false
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
      await alone('suozi-outbox', () => sendAll(user, tried))
    }
  } finally {
    running = null
  }
}
