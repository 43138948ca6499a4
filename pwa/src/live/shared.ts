/* One live feed for all screens of the phone. Screens say what they want to hear; the root component keeps it open while
   somebody is signed in. */
import { onScopeDispose, shallowRef, watch } from 'vue'
import { checkSession, session } from '@/auth/session'
import { openFeed, type CaseChange, type FeedState } from './feed'

/** null: anything may have changed. */
type Listener = (change: CaseChange | null) => void

export const feedState = shallowRef<FeedState>('connecting')
const listeners = new Set<Listener>()
const tell = (change: CaseChange | null): void => listeners.forEach((listener) => listener(change))

export function useFeed(): void {
  let stop: (() => void) | null = null

  function onState(state: FeedState): void {
    // The stream does not say why it was refused; a session that ended is one reason.
    if (state === 'lost' && navigator.onLine) void checkSession()
    feedState.value = state
  }

  watch(
    [session.standing, () => session.me.value?.id] as const,
    ([standing]) => {
      stop?.()
      stop = standing === 'signed_in' ? openFeed({ onCase: tell, onResync: () => tell(null), onState }) : null
    },
    { immediate: true },
  )
  onScopeDispose(() => stop?.())
}

/** Calls `listener` for every change until the component goes. */
export function useCaseChanges(listener: Listener): void {
  listeners.add(listener)
  onScopeDispose(() => listeners.delete(listener))
}

const SETTLE_MS = 300

/** Reloads a list soon after any change. Changes that come meanwhile make one more reload, after the present one has been
    answered: on a slow link and a busy day the list would otherwise never be shown. */
export function useReloadOnChange(reload: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let changedMeanwhile = false

  async function soon(): Promise<void> {
    await reload()
    timer = undefined
    if (changedMeanwhile) wait()
  }

  function wait(): void {
    changedMeanwhile = false
    timer = setTimeout(() => void soon(), SETTLE_MS)
  }

  useCaseChanges(() => {
    if (timer === undefined) wait()
    else changedMeanwhile = true
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    changedMeanwhile = false
  })
}
