/* Now, by the server's clock: a phone's own clock may be minutes off, and deadlines are the server's. */
import { computed, getCurrentInstance, onScopeDispose, shallowRef, type Ref } from 'vue'
import { useStanding } from './moment'

let offsetMs = 0

/** `serverTime` was true at this moment. Differences under 2 s are the network's, not the clock's. */
export function correctClock(serverTime: Date): void {
  const measured = serverTime.getTime() - Date.now()
  offsetMs = Math.abs(measured) < 2_000 ? 0 : measured
}

export function now(): Date {
  return new Date(Date.now() + offsetMs)
}

/** The present time as a ref that moves every `intervalMs` for as long as the component lives; where the screen stands at a moment, that. */
export function useNow(intervalMs = 10_000): Readonly<Ref<Date>> {
  const time = shallowRef(now())
  const timer = setInterval(() => (time.value = now()), intervalMs)
  onScopeDispose(() => clearInterval(timer))
  const standing = getCurrentInstance() ? useStanding() : null
  return standing ? computed(() => standing.value ?? time.value) : time
}
