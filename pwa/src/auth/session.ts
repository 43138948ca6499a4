/* Who is signed in. The person last signed in on this phone is remembered, so that the app opens and works with no
   signal; the cookie itself is the browser's and never seen here. */
import { computed, readonly, shallowRef } from 'vue'
import { api, ask, whenSignedOut, type Answer, type Me } from '@/api/client'
import { correctClock } from '@/lib/clock'

const KEPT_AS = 'suozi.me'
/** Set while somebody has signed out without a signal: the cookie still stands and must not open anything. */
const SIGN_OUT_OWED = 'suozi.sign_out_owed'

/** `expired`: known, but must sign in again before anything can be sent or loaded. */
type Standing = 'unknown' | 'signed_out' | 'expired' | 'signed_in'

const person = shallowRef<Me | null>(remembered())
const standing = shallowRef<Standing>(person.value ? 'signed_in' : 'unknown')

function remembered(): Me | null {
  try {
    if (localStorage.getItem(SIGN_OUT_OWED)) return null
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? 'null') as Me | null
  } catch {
    return null
  }
}

function remember(me: Me | null): void {
  person.value = me
  if (me) localStorage.setItem(KEPT_AS, JSON.stringify(me))
  else localStorage.removeItem(KEPT_AS)
}

/** Whether the cookie is still `user`'s: the tabs of a browser share it, and another tab may have signed somebody else in. */
export function isSignedInHere(user: string): boolean {
  return remembered()?.id === user
}

// Another tab signed somebody in or out.
window.addEventListener('storage', ({ key }) => {
  if (key !== KEPT_AS) return
  const now = remembered()
  if (now?.id === person.value?.id && standing.value === 'signed_in') return
  person.value = now
  standing.value = now ? 'signed_in' : 'signed_out'
})

function accept(me: Me): void {
  correctClock(new Date(me.server_time))
  remember(me)
  standing.value = 'signed_in'
}

whenSignedOut(() => {
  standing.value = person.value ? 'expired' : 'signed_out'
})

export const session = {
  me: readonly(person),
  standing: readonly(standing),
  mustSignIn: computed(() => standing.value === 'signed_out' || standing.value === 'expired'),
  /** Signed in with a one-time password: nothing else works until it is replaced. */
  mustChangePassword: computed(() => standing.value === 'signed_in' && (person.value?.must_change_password ?? false)),
}

/** Asks the server who we are. With no signal the remembered person stays. */
export async function checkSession(): Promise<void> {
  if (localStorage.getItem(SIGN_OUT_OWED)) {
    standing.value = 'signed_out'
    if (!(await endSession())) return
  }
  const answer = await ask(api.GET('/api/me'))
  if (answer.ok) accept(answer.data)
  else if (standing.value === 'unknown') standing.value = 'signed_out'
}

export async function signIn(phone: string, password: string): Promise<Answer<Me>> {
  const answer = await ask(api.POST('/api/session', { body: { phone, password } }))
  if (answer.ok) {
    justTyped = answer.data.must_change_password ? password : null
    localStorage.removeItem(SIGN_OUT_OWED)
    accept(answer.data)
  }
  return answer
}

type Farewell = () => Promise<void>
const farewells = new Set<Farewell>()
/** Nobody waits longer to be signed out. */
const FAREWELL_MS = 3_000

/** What is done with the session before it ends, such as no more being told on this device. */
export function beforeSignOut(farewell: Farewell): void {
  farewells.add(farewell)
}

/** Forgets the person on this phone even if the server cannot be reached. What waits to be sent stays stored under their id. */
export async function signOut(): Promise<void> {
  localStorage.setItem(SIGN_OUT_OWED, 'yes')
  const done = Promise.allSettled([...farewells].map((farewell) => farewell()))
  await Promise.race([done, new Promise((resolve) => setTimeout(resolve, FAREWELL_MS))])
  await endSession()
  remember(null)
  standing.value = 'signed_out'
}

/** Whether the server has heard it. Until then it is told again at every start. */
async function endSession(): Promise<boolean> {
  const answer = await ask(api.DELETE('/api/session'))
  const heard = answer.ok || (answer.failure.kind === 'problem' && answer.failure.problem.status === 401)
  if (heard) localStorage.removeItem(SIGN_OUT_OWED)
  return heard
}

/** The password that was just typed, in memory only, so that changing it does not ask for it again. */
let justTyped: string | null = null

export const knowsPassword = (): boolean => justTyped !== null

/** `old` may be left out right after signing in. */
export async function changePassword(next: string, old?: string): Promise<Answer<Me>> {
  const answer = await ask(api.PUT('/api/me/password', { body: { old: old ?? justTyped ?? '', new: next } }))
  if (answer.ok) {
    justTyped = null
    accept(answer.data)
  }
  return answer
}

export function may(permission: Me['permissions'][number]): boolean {
  return person.value?.permissions.includes(permission) ?? false
}
