/* Being told in this browser while the page is closed (Web Push). Asked for only by a tap; told to the server at each start, so that it
   knows which device is in use; ended with signing out. Where it cannot be had, what is in the app still arrives. */
import { api, ask, type Failure, type Schemas } from '@/api/client'
import { beforeSignOut } from '@/auth/session'

/** Why not, or how it stands. `in_app`: the browser inside WeChat, DingTalk and the like. `install`: an iPhone tells only what was put on the
    home screen. `no_worker`: the page is not served as an app, as while it is developed. `no_service`: the browser's own push service cannot be
    reached, as Chrome's in mainland China. */
export type PushState = 'on' | 'off' | 'denied' | 'in_app' | 'install' | 'unsupported' | 'no_worker' | 'no_service'

const IN_APP = /MicroMessenger|DingTalk|wxwork|Lark|Feishu|AliApp/i
const APPLE_PHONE = /iPhone|iPad|iPod/

export interface Browser {
  userAgent: string
  hasPush: boolean
  isInstalled: boolean
}

/** What this browser cannot do whatever is tapped; null where it can. Pure. */
export function hindrance({ userAgent, hasPush, isInstalled }: Browser): PushState | null {
  if (IN_APP.test(userAgent)) return 'in_app'
  if (hasPush) return null
  return APPLE_PHONE.test(userAgent) && !isInstalled ? 'install' : 'unsupported'
}

function thisBrowser(): Browser {
  return {
    userAgent: navigator.userAgent,
    hasPush: 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window,
    isInstalled: matchMedia('(display-mode: standalone)').matches,
  }
}

async function manager(): Promise<PushManager | null> {
  if (hindrance(thisBrowser())) return null
  const registration = await navigator.serviceWorker.getRegistration('/')
  return registration?.pushManager ?? null
}

export async function pushState(): Promise<PushState> {
  const hindered = hindrance(thisBrowser())
  if (hindered) return hindered
  const found = await manager()
  if (!found) return 'no_worker'
  if (Notification.permission === 'denied') return 'denied'
  return (await found.getSubscription()) && Notification.permission === 'granted' ? 'on' : 'off'
}

/** After a tap: the browser asks, unless it was answered before. `key`: the server's. */
export async function startPush(key: string): Promise<{ state: PushState; failure: Failure | null }> {
  const found = await manager()
  if (!found) return { state: await pushState(), failure: null }
  const permission = await Notification.requestPermission()
  if (permission !== 'granted') return { state: permission === 'denied' ? 'denied' : 'off', failure: null }
  let subscription: PushSubscription
  try {
    subscription = await subscribe(found, key)
  } catch (error) {
    return { state: error instanceof DOMException && error.name === 'NotAllowedError' ? 'denied' : 'no_service', failure: null }
  }
  const answer = await tellServer(subscription)
  if (answer.ok) return { state: 'on', failure: null }
  await subscription.unsubscribe().catch(() => false)
  return { state: 'off', failure: answer.failure }
}

async function subscribe(found: PushManager, key: string): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: key }
  try {
    return await found.subscribe(options)
  } catch (error) {
    // One from before, for a server with another key.
    if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error
    await (await found.getSubscription())?.unsubscribe()
    return found.subscribe(options)
  }
}

function tellServer(subscription: PushSubscription) {
  return ask(api.PUT('/api/me/push-subscription', { body: subscription.toJSON() as Schemas['SubscriptionIn'] }))
}

export async function stopPush(): Promise<void> {
  const subscription = await (await manager())?.getSubscription()
  if (!subscription) return
  const { endpoint } = subscription
  await Promise.allSettled([subscription.unsubscribe(), ask(api.DELETE('/api/me/push-subscription', { body: { endpoint } }))])
}

/** The server learns that this is the device in use, and under which session. */
export async function renewPush(): Promise<void> {
  const subscription = await (await manager())?.getSubscription()
  if (subscription) await tellServer(subscription)
}

beforeSignOut(stopPush)
