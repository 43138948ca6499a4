/* How well the phone knows where it is, in words of the screen; moves with `time`. */
import { computed, type ComputedRef, type Ref } from 'vue'
import { signalOf, type Signal } from './positions'
import { failure, seen, watchingSince } from './recorder'

export interface SignalNow {
  kind: Signal
  /** There is a position of the last minute. */
  isWorking: boolean
  /** There is none, and it is no longer early. */
  isTrouble: boolean
}

export function useSignal(time: Readonly<Ref<Date>>): ComputedRef<SignalNow> {
  return computed(() => {
    // Positions carry the phone's own time, which is not that of `time`.
    const kind = time.value && signalOf(seen.value, failure.value, watchingSince.value ?? Date.now(), Date.now())
    const isWorking = kind === 'good' || kind === 'coarse'
    return { kind, isWorking, isTrouble: !isWorking && kind !== 'searching' }
  })
}
