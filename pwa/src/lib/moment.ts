/* A moment at which a part of the screen stands still, as when the past is shown: everything in it that speaks of now means that. */
import { inject, provide, type InjectionKey, type Ref } from 'vue'

const STANDS_AT: InjectionKey<Readonly<Ref<Date | null>>> = Symbol('the moment at which this part of the screen stands')

/** For everything below this component; null lets time go on. */
export function standAt(at: Readonly<Ref<Date | null>>): void {
  provide(STANDS_AT, at)
}

/** The moment at which this component stands, if it does. */
export function useStanding(): Readonly<Ref<Date | null>> | null {
  return inject(STANDS_AT, null)
}
