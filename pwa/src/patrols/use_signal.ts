/* How well the phone knows where it is, in words of the screen; moves with `time`. */
import { computed, type ComputedRef, type Ref } from 'vue'
import { signalOf, type Signal } from './positions'
import { failure, seen, watchingSince } from './recorder'

export interface SignalNow {
  kind: Signal
  /** Positions come in, or it is too early to say that they do not. */
  isWorking: boolean
}

export function useSignal(time: Readonly<Ref<Date>>): ComputedRef<SignalNow> {
  return computed(() => {
    // Positions carry the phone's own time, which is not that of `time`.
    const kind = time.value && signalOf(seen.value, failure.value, watchingSince.value ?? Date.now(), Date.now())
    return { kind, isWorking: kind === 'good' || kind === 'coarse' || kind === 'searching' }
  })
}
