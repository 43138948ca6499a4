/* Switching a tracker off: it happens ten seconds after the tap, or when the screen is left, so that it can be taken back
   until then. Whether it has happened only the server says. */
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { failureWords } from '@/api/failure_words'
import { HOLD_MS } from '@/offline/outbox'
import { closeUndo, offerUndo } from '@/ui/undo'
import type { Source } from './standing'
import { k } from './words'

export interface SwitchingOff {
  /** The one that is about to be switched off. */
  going: ShallowRef<Source | null>
  /** What came of the last one, in words, and whether that was not what was wanted. */
  outcome: ShallowRef<{ words: string; isFailure: boolean } | null>
  switchOff: (source: Source) => void
}

export function useSwitchingOff(done: (source: Source) => void): SwitchingOff {
  const going = shallowRef<Source | null>(null)
  const outcome = shallowRef<{ words: string; isFailure: boolean } | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  function switchOff(source: Source): void {
    void settle()
    outcome.value = null
    going.value = source
    if (HOLD_MS > 0) offerUndo(k('off.undoable', { name: source.name }), takeBack)
    timer = setTimeout(() => void settle(), HOLD_MS)
  }

  function takeBack(): void {
    clearTimeout(timer)
    going.value = null
  }

  async function settle(): Promise<void> {
    clearTimeout(timer)
    const source = going.value
    if (!source) return
    closeUndo()
    const answer = await ask(api.DELETE('/api/track-sources/{source_id}', { params: { path: { source_id: source.id } } }))
    if (going.value === source) going.value = null
    if (answer.ok) done(answer.data)
    outcome.value = answer.ok
      ? { words: k('off.done', { name: source.name }), isFailure: false }
      : { words: k('off.failed', { why: failureWords(answer.failure) }), isFailure: true }
  }

  const settleHidden = (): void => void (document.visibilityState === 'hidden' && settle())
  document.addEventListener('visibilitychange', settleHidden)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', settleHidden)
    void settle()
  })
  return { going, outcome, switchOff }
}
