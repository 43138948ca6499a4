/* The patrol that this phone records: begun and ended by the person or the shift, watched over for as long as the app is open,
   whatever screen is shown. Every change is stored before anything else happens; what is shown is what is stored. */
import { shallowRef, watch } from 'vue'
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { lastFix } from '@/lib/position'
import { uuid7 } from '@/lib/uuid7'
import { fixOf, seenIn } from './fix'
import { ASK_AFTER_MS, BATCH_FIXES, BATCH_MS, SEND_MS, TICK_MS } from './pace'
import { begin, chooseTravel, end, goOn, hide, isAside, isHidden, isRecording, isSettled, pause, pickUp, recordsAt, show, type EndedBy, type Patrol, type Travel } from './patrol'
import { askPosition, watchPositions, type Failure } from './positions'
import { amendPatrol, cutBatch, keepFix, keepPatrol, keepWithdrawal, looseFixes, patrolsOf, watchPatrols, withdrawalOf } from './store'
import { sendPatrols } from './sync'
import { thinning, type Seen } from './thinning'
import { keepScreenOn, letScreenGo } from './wake_lock'

/** The patrol that runs, else the last one of the person signed in. */
export const patrol = shallowRef<Patrol | null>(null)
/** Earlier ones of which something is still only on this phone. */
export const left = shallowRef<Patrol[]>([])
/** False until the phone's own store has been read. */
export const isRead = shallowRef(false)
/** The last position that the browser gave, kept or not, and why there is none. */
export const seen = shallowRef<Seen | null>(null)
export const failure = shallowRef<Failure | null>(null)
/** When the phone began to look for positions (epoch ms); null while it does not. */
export const watchingSince = shallowRef<number | null>(null)
/** The phone has no room: the last position could not be kept. */
export const isFull = shallowRef(false)
export const owesWithdrawal = shallowRef(false)

let user: string | null = null
let stopWatching: (() => void) | null = null
let isWanted = thinning()

const phoneNow = (): Date => new Date()
/** A time of the server as this phone's clock would show it. */
const onPhone = (serverTime: string): Date => new Date(new Date(serverTime).getTime() - (now().getTime() - Date.now()))
const isSeen = (): boolean => document.visibilityState === 'visible'

let isAttending = false

/** From now on the person's patrol is recorded and sent, also one that an app that was killed left behind. Once per page. */
export function attend(): void {
  if (isAttending) return
  isAttending = true
  watchPatrols(() => void look())
  document.addEventListener('visibilitychange', () => void (isSeen() ? comeBack() : goAway()))
  window.addEventListener('online', () => void send())
  setInterval(() => void tick(), TICK_MS)
  setInterval(() => void send(), SEND_MS)
  watch(() => session.me.value?.id ?? null, (next) => void changePerson(next), { immediate: true })
  watch(session.standing, () => void send())
}

async function changePerson(next: string | null): Promise<void> {
  const before = patrol.value
  stop()
  ;[user, patrol.value, left.value, seen.value, failure.value, isRead.value] = [next, null, [], null, null, false]
  // Whoever left the phone is not recorded on it any more; their patrol waits for them.
  if (before) await amendPatrol(before.id, (one) => hide(one, phoneNow())).catch(() => null)
  await comeBack()
}

/** What is stored, on the screen; and the recording as what is stored wants it. */
async function look(): Promise<void> {
  const mine = user
  const patrols = mine ? await patrolsOf(mine).catch(() => []) : []
  const owed = mine ? await withdrawalOf(mine).catch(() => undefined) : undefined
  if (mine !== user) return
  const running = patrols.findLast((one) => !one.ended)
  patrol.value = running ?? patrols.at(-1) ?? null
  left.value = patrols.filter((one) => one !== patrol.value && !isSettled(one))
  owesWithdrawal.value = !!owed
  isRead.value = true
  if (running) await keepTrue(running).catch(() => (isFull.value = true))
  else stop()
}

async function keepTrue(running: Patrol): Promise<void> {
  const over = onPhone(running.shiftEndsAt)
  if (over.getTime() <= Date.now() || mustEnd(running)) {
    stop()
    const at = new Date(Math.min(over.getTime(), Date.now()))
    await amendPatrol(running.id, (one) => end(pickUp(one, at), at, 'shift_end'))
  } else if (!isRecording(running) || !isSeen()) stop()
  else if (!stopWatching) {
    // Told before the first new position: between that and the last one nothing is known.
    await amendPatrol(running.id, (one) => pickUp(one, phoneNow()))
    if (isSeen() && patrol.value?.id === running.id && isRecording(patrol.value)) record()
  } else if (isHidden(running)) {
    // Another tab thought that nobody sees the page; this one is seen.
    await amendPatrol(running.id, (one) => show(one, phoneNow()))
  }
}

/** Nobody may be recorded whom the server says it must not know of. */
const mustEnd = (running: Patrol): boolean =>
  isAside(running) && ['consent_needed', 'not_on_duty'].includes(running.problem?.code ?? '')

function record(): void {
  if (stopWatching) return
  isWanted = thinning()
  watchingSince.value = Date.now()
  failure.value = null
  stopWatching = watchPositions((position) => void take(position), (why) => (failure.value = why))
  void keepScreenOn()
}

function stop(): void {
  stopWatching?.()
  stopWatching = null
  watchingSince.value = null
  letScreenGo()
}

/** The permission may have been given meanwhile; a watch that was refused does not notice. */
export async function lookAgain(): Promise<void> {
  stop()
  await look()
  await ask()
}

async function take(position: GeolocationPosition): Promise<void> {
  const fix = seenIn(position)
  seen.value = fix
  failure.value = null
  lastFix.value = { lng: fix.lng, lat: fix.lat, accuracy_m: fix.accuracy_m, at: new Date(fix.at_ms) }
  const running = patrol.value
  if (!running || !recordsAt(running, fix.at_ms) || !isWanted(fix)) return
  try {
    await keepFix(running.id, fix.at_ms, fixOf(fix, position.coords))
    isFull.value = false
  } catch {
    isFull.value = true
  }
}

async function comeBack(): Promise<void> {
  await look()
  await send()
}

async function goAway(): Promise<void> {
  stop()
  await amend((one) => hide(one, phoneNow()))
  await send()
}

async function tick(): Promise<void> {
  if (patrol.value && !patrol.value.ended) await look()
  if (stopWatching && Date.now() - Math.max(seen.value?.at_ms ?? 0, watchingSince.value ?? 0) > ASK_AFTER_MS) await ask()
  if (await cutWhatIsDue()) await send()
}

/** Some browsers are silent while the phone lies still: asked, they answer, or say why not. */
async function ask(): Promise<void> {
  const answer = await askPosition()
  if (!stopWatching) return
  if (typeof answer === 'string') failure.value = answer
  else await take(answer)
}

/** A patrol's positions go into batches when they are many or old; all of them when no more are to come soon. */
async function cutWhatIsDue(): Promise<boolean> {
  const mine = user
  let isCut = false
  for (const one of mine ? await patrolsOf(mine).catch(() => []) : []) {
    for (;;) {
      const { count, sinceMs } = await looseFixes(one.id)
      const isDue = count >= BATCH_FIXES || Date.now() - sinceMs >= BATCH_MS || !isRecording(one) || !isSeen()
      if (!count || !isDue || !(await cutBatch(one.id))) break
      isCut = true
    }
  }
  return isCut
}

/** Sends whatever waits, if the person may. */
export async function send(): Promise<void> {
  const mine = user
  if (!mine || session.standing.value !== 'signed_in') return
  try {
    await cutWhatIsDue()
    await sendPatrols(mine)
  } catch {
    // The store is closed or full. Nothing was taken out of it; it is tried again in 30 s.
  }
}

async function amend(change: (one: Patrol) => Patrol): Promise<void> {
  const running = patrol.value
  if (!running) return
  try {
    await amendPatrol(running.id, change)
  } catch {
    isFull.value = true
  }
  await look()
}

/** `position` is where it begins, if that is known. Rejects when the phone cannot store: then there is no patrol. */
export async function startPatrol(travel: Travel, shiftEndsAt: string, position: GeolocationPosition | null): Promise<void> {
  const mine = session.me.value?.id
  if (!mine || (patrol.value && !patrol.value.ended)) return
  await keepPatrol(begin({ id: uuid7(), user: mine, travel, at: phoneNow(), shiftEndsAt }))
  await look()
  if (position) await take(position)
  void send()
}

export async function pausePatrol(): Promise<void> {
  await amend((one) => pause(one, phoneNow()))
  void send()
}

export async function resumePatrol(): Promise<void> {
  await amend((one) => goOn(one, phoneNow()))
  void send()
}

export async function endPatrol(by: EndedBy = 'staff'): Promise<void> {
  await amend((one) => end(one, phoneNow(), by))
  void send()
}

export async function travelBy(travel: Travel): Promise<void> {
  await amend((one) => chooseTravel(one, travel))
  void send()
}

/** Nothing is recorded from this moment on, also without a signal. Rejects when the phone cannot keep that this is so. */
export async function withdrawConsent(textVersion: number): Promise<void> {
  if (!user) return
  await keepWithdrawal({ user, text_version: textVersion })
  await endPatrol('consent_withdrawn')
  await send()
}
