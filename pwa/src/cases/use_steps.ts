/* What may be done with a case from this phone now, what waits to be sent for it, and doing it: once, however hasty the thumb. */
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { matters } from '@/matters/catalogue'
import type { ActionItem } from '@/offline/outbox'
import { pending } from '@/offline/pending'
import { act, NOTHING_SAID, type ActionPhoto, type Said } from './act'
import { forecast, type Forecast } from './forecast'
import type { AllowedAction, CaseSummary } from './names'
import { c } from './words'

/** The next step stands where this one stood: a second tap of a hasty thumb must not take it. */
const SETTLE_MS = 700

export interface Steps {
  /** Of this case, still on the phone, oldest first. */
  waiting: ComputedRef<ActionItem[]>
  expected: ComputedRef<Forecast | null>
  taking: Ref<boolean>
  /** Why the last step was not taken; empty if it was. */
  failed: Ref<string>
  take: (step: AllowedAction, said?: Said, photos?: ActionPhoto[], mends?: ActionItem | null) => Promise<boolean>
}

export function useSteps(it: () => CaseSummary | null): Steps {
  const waiting = computed(() => pending.value.filter((item): item is ActionItem => item.kind === 'action' && item.caseId === it()?.id))
  const expected = computed(() => {
    const shown = it()
    const matter = matters.value.find((one) => one.code === shown?.matter.code)
    const needs = { photosAfter: matter?.photos_after.min ?? 0, reviewed: matter?.review_needed ?? false }
    return shown && forecast(shown, waiting.value, needs)
  })
  const taking = ref(false)
  const failed = ref('')

  async function take(step: AllowedAction, said = NOTHING_SAID, photos: ActionPhoto[] = [], mends: ActionItem | null = null): Promise<boolean> {
    const shown = it()
    if (!shown || taking.value) return false
    failed.value = ''
    taking.value = true
    try {
      await act(shown, step, said, photos, mends)
      return true
    } catch {
      failed.value = c('act.not_stored')
      return false
    } finally {
      setTimeout(() => (taking.value = false), SETTLE_MS)
    }
  }

  return { waiting, expected, taking, failed, take }
}
