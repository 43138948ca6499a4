/* The one client of our API, and the three ways in which asking can fail. Types come from docs/openapi.json
   (npm run types). Sending reports and actions is not here: that is offline/sync.ts. */
import createClient from 'openapi-fetch'
import type { components, paths } from './schema'
import { language } from '@/locales/t'

export type Schemas = components['schemas']
export type CaseSummary = Schemas['CaseSummary']
export type CaseDetail = Schemas['CaseDetail']
export type Me = Schemas['Me']

/** An error as the server words it (RFC 9457). A conflict about a case says how the case is now. */
export type Problem = Schemas['ProblemOut'] & { version?: number; case_status?: CaseSummary['status']; case?: CaseSummary }

/** `network`: no answer. `foreign`: an answer that is not ours, such as the sign-in page of a public Wi-Fi. */
export type Failure = { kind: 'network' } | { kind: 'foreign' } | { kind: 'problem'; problem: Problem }
export type Answer<T> = { ok: true; data: T } | { ok: false; failure: Failure }

const TIME_LIMIT_MS = 20_000

type Listener = () => void
const onSignedOut = new Set<Listener>()

/** Calls `listener` whenever any answer says that the session is over. Returns the way to stop. */
export function whenSignedOut(listener: Listener): () => void {
  onSignedOut.add(listener)
  return () => onSignedOut.delete(listener)
}

export function reportSignedOut(): void {
  onSignedOut.forEach((listener) => listener())
}

export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(TIME_LIMIT_MS) }),
})

api.use({
  onRequest: ({ request }) => {
    request.headers.set('Accept-Language', language.value)
  },
  onResponse: ({ request, response }) => {
    // A wrong password is a 401 too, but it ends no session.
    if (response.status === 401 && request.method !== 'POST') reportSignedOut()
  },
})

/** The problem in an answer that is not 2xx, or `foreign` if the answer is not problem+json. */
export function failureOf(response: Response, body: unknown): Failure {
  const isOurs = response.headers.get('content-type')?.startsWith('application/problem+json')
  return isOurs ? { kind: 'problem', problem: body as Problem } : { kind: 'foreign' }
}

/** Turns one call of `api` into an Answer; never rejects. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<Answer<T>> {
  try {
    const { data, error, response } = await call
    if (!response.ok) return { ok: false, failure: failureOf(response, error) }
    return { ok: true, data: data as T }
  } catch (error) {
    // A page of HTML with status 200 cannot be parsed; everything else that throws got no answer.
    return { ok: false, failure: { kind: error instanceof SyntaxError ? 'foreign' : 'network' } }
  }
}
