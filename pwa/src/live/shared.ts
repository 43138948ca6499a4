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
    session.standing,
    (standing) => {
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

/** Reloads a list soon after any change; several changes together make one reload. */
export function useReloadOnChange(reload: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  useCaseChanges(() => {
    clearTimeout(timer)
    timer = setTimeout(() => void reload(), SETTLE_MS)
  })
  onScopeDispose(() => clearTimeout(timer))
}
