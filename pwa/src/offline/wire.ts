/* One request with something from the outbox, and what its answer means for the item. Only our own JSON under the same id
   counts; everything else is a reason to wait or to ask a person. */
import { failureOf, type Problem, type Schemas } from '@/api/client'
import { language } from '@/locales/t'
import type { Waiting } from './outbox'

export type Receipt = Schemas['ReportReceipt'] | Schemas['ActionReceipt']
export type Refusal = { kind: Exclude<Waiting, 'new'>; problem: Problem | null }
export type Reply = { kind: 'receipt'; receipt: Receipt } | Refusal

const TIME_LIMIT_MS = 60_000
/** The slowest link on which a body is given the time it needs. */
const SLOWEST_BYTES_PER_MS = 10
/** Codes that say: this content will not be taken, however often it is sent. */
const REFUSALS = new Set([400, 403, 404, 409, 413, 415, 422])

/** Any JSON of a 2xx answer, or why there is none. */
export async function exchange(method: 'GET' | 'PUT', path: string, body?: BodyInit, bytes = 0): Promise<{ kind: 'answer'; json: unknown } | Refusal> {
  let response: Response
  let json: unknown
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      // A redirect is a captive portal's: followed, it would turn what is sent into a GET of something else.
      redirect: 'manual',
      // As this phone shows it, right or wrong: the server tells what it means.
      headers: { 'Accept-Language': language.value, 'Suozi-Phone-Time': new Date().toISOString() },
      signal: AbortSignal.timeout(TIME_LIMIT_MS + bytes / SLOWEST_BYTES_PER_MS),
      ...(body !== undefined && { body }),
    })
    json = await response.json().catch(() => null)
  } catch {
    return { kind: 'network', problem: null }
  }
  if (response.ok) return { kind: 'answer', json }
  const failure = failureOf(response, json)
  if (failure.kind !== 'problem') return { kind: response.status >= 500 ? 'server' : 'foreign', problem: null }
  if (response.status === 401) return { kind: 'signed_out', problem: failure.problem }
  return { kind: REFUSALS.has(response.status) ? 'refused' : 'server', problem: failure.problem }
}

export function receiptIn(json: unknown, id: string): Reply {
  const receipt = json as Partial<Receipt> | null
  const isOurs = receipt?.id === id && Array.isArray(receipt.missing) && !!receipt.case
  return isOurs ? { kind: 'receipt', receipt: receipt as Receipt } : { kind: 'foreign', problem: null }
}

export async function put(path: string, id: string, body: BodyInit, bytes = 0): Promise<Reply> {
  const answer = await exchange('PUT', path, body, bytes)
  return answer.kind === 'answer' ? receiptIn(answer.json, id) : answer
}
