/* Sends what patrols have recorded: each patrol before the positions that depend on it, oldest first, one tab at a time, and only
   for the person whose it is. A batch leaves the phone only when the server has answered, in our own JSON, for this very batch;
   every other answer keeps it. */
import { reportSignedOut, type Problem, type Schemas } from '@/api/client'
import { isSignedInHere } from '@/auth/session'
import { alone } from '@/offline/alone'
import { exchange, type Refusal } from '@/offline/wire'
import { answered, beyond, isAside, type Patrol } from './patrol'
import { amendPatrol, batchesOf, dropBatch, dropWithdrawal, forgetSettled, patrolsOf, withdrawalOf, type Batch } from './store'

/** Codes that say: not now, whatever it is. */
const BUSY = new Set([408, 425, 429, 503, 507])

type Answer<T> = { kind: 'answer'; json: T } | Refusal
/** `later`: the rest would fare no better now. `stuck`: this patrol has to wait, others need not. */
type Progress = 'done' | 'again' | 'stuck' | 'later'

const json = (content: unknown): Blob => new Blob([JSON.stringify(content)], { type: 'application/json' })

/* Only what is ours under the same id counts: a hotel's Wi-Fi answers 200 to everything. null: somebody else is signed in by now,
   and it would count as theirs. */
async function put<T>(user: string, path: string, content: unknown, isOurs: (answer: Partial<T>) => boolean): Promise<Answer<T> | null> {
  if (!isSignedInHere(user)) return null
  const body = json(content)
  const answer = await exchange('PUT', path, body, body.size)
  if (answer.kind !== 'answer') return answer
  return isOurs((answer.json ?? {}) as Partial<T>) ? { kind: 'answer', json: answer.json as T } : { kind: 'foreign', problem: null }
}

async function sendPatrol(patrol: Patrol): Promise<Progress> {
  const isOurs = (out: Partial<Schemas['PatrolOut']>): boolean => out.id === patrol.id && typeof out.revision === 'number'
  const answer = await put<Schemas['PatrolOut']>(patrol.user, `/api/patrols/${patrol.id}`, patrol.body, isOurs)
  if (answer?.kind === 'answer') {
    await amendPatrol(patrol.id, (now) => answered(now, answer.json))
    return 'again'
  }
  if (answer?.problem?.code === 'patrol_differs') {
    const revision = (answer.problem as Problem & { revision?: number }).revision ?? patrol.body.revision
    await amendPatrol(patrol.id, (now) => beyond(now, revision))
    return 'again'
  }
  return noted(patrol, answer)
}

async function sendBatch(patrol: Patrol, batch: Batch): Promise<Progress> {
  const isOurs = (taken: Partial<Schemas['FixesTaken']>): boolean => taken.batch_id === batch.id && typeof taken.stored === 'number'
  const path = `/api/patrols/${patrol.id}/fixes/${batch.id}`
  const answer = await put<Schemas['FixesTaken']>(patrol.user, path, { fixes: batch.fixes }, isOurs)
  if (answer?.kind === 'answer') {
    await dropBatch(batch, answer.json)
    return 'done'
  }
  if (answer?.problem?.code === 'no_such_patrol') {
    // Whatever became of it there, this phone still has the whole patrol: it is told anew, and tried again next time.
    await amendPatrol(patrol.id, (now) => ({ ...now, heard: 0 }))
    return 'stuck'
  }
  return noted(patrol, answer)
}

/** Why it waits is kept with the patrol, for the person to read. */
async function noted(patrol: Patrol, refusal: Refusal | null): Promise<Progress> {
  if (!refusal) return 'later'
  await amendPatrol(patrol.id, (now) => ({ ...now, waiting: refusal.kind, problem: refusal.problem }))
  if (refusal.kind === 'signed_out') reportSignedOut()
  if (refusal.kind === 'server') return BUSY.has(refusal.problem?.status ?? 503) ? 'later' : 'stuck'
  return refusal.kind === 'refused' ? 'stuck' : 'later'
}

/** The next thing of one patrol that can be sent; null when there is none. */
async function nextOf(patrol: Patrol): Promise<(() => Promise<Progress>) | null> {
  if (patrol.heard < patrol.body.revision) return () => sendPatrol(patrol)
  const batch = (await batchesOf(patrol.id))[0]
  return batch && batch.revision <= patrol.heard ? () => sendBatch(patrol, batch) : null
}

/* The patrol is read again before each request: a pause or an end may have come in between. The server's word is law at most a few
   times in a row; a phone and a server that can never agree must not talk for ever. */
async function sendOne(user: string, id: string): Promise<Progress> {
  for (let agains = 0; agains < 5; ) {
    const patrol = (await patrolsOf(user)).find((one) => one.id === id)
    const next = patrol && !isAside(patrol) ? await nextOf(patrol) : null
    if (!next) return 'done'
    const progress = await next()
    if (progress === 'stuck' || progress === 'later') return progress
    agains = progress === 'again' ? agains + 1 : 0
  }
  return 'stuck'
}

async function sendAll(user: string): Promise<void> {
  for (const { id } of await patrolsOf(user)) if ((await sendOne(user, id)) === 'later') return
  // Last: what was recorded before belongs to the time of the consent.
  await sendWithdrawal(user)
  await forgetSettled(user)
}

async function sendWithdrawal(user: string): Promise<void> {
  const owed = await withdrawalOf(user)
  if (!owed) return
  const isOurs = (out: Partial<Schemas['ConsentOut']>): boolean => out.needed === true
  const answer = await put<Schemas['ConsentOut']>(user, '/api/track-consent', { text_version: owed.text_version, agreed: false }, isOurs)
  // A text that is no longer in force binds nobody: nothing is left to take back.
  if (answer?.kind === 'answer' || answer?.problem?.code === 'consent_text_changed') await dropWithdrawal(user)
  if (answer?.kind === 'signed_out') reportSignedOut()
}

let running: Promise<void> | null = null
let wanted: string | null = null

/** Sends what it can for `user`. Calls during a run share it, and it then looks once more. */
export function sendPatrols(user: string): Promise<void> {
  wanted = user
  return (running ??= run())
}

async function run(): Promise<void> {
  try {
    while (wanted) {
      const user = wanted
      wanted = null
      await alone('suozi-patrols', () => sendAll(user))
    }
  } finally {
    running = null
  }
}
