/* A squad member's own duty on the phone: read once for the screen, and what is said of oneself, with what became of it. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { api, ask, type Failure } from '@/api/client'
import { useLoad } from '@/api/load'
import { checkSession } from '@/auth/session'
import { useChanges } from '@/live/changes'
import type { MyDuty } from './duty'

const REFRESH_MS = 60_000

/** `sending`: pressed, no answer yet. `failed`: not said; pressing again tries again. */
export type Saying = { kind: 'idle' } | { kind: 'sending'; code: string } | { kind: 'failed'; code: string; failure: Failure }

export function useMyDuty() {
  const { state, reload, show } = useLoad<MyDuty>(() => ask(api.GET('/api/duty/mine')), 'my_duty')
  const saying = shallowRef<Saying>({ kind: 'idle' })
  const duty = computed(() => (state.value.kind === 'ready' ? state.value.data : null))
  let latest = 0

  /** What was said last counts, also when an earlier answer comes late. */
  async function say(code: string): Promise<void> {
    const mine = ++latest
    saying.value = { kind: 'sending', code }
    const answer = await ask(api.PUT('/api/duty/status', { body: { status: code } }))
    if (mine !== latest) return
    saying.value = answer.ok ? { kind: 'idle' } : { kind: 'failed', code, failure: answer.failure }
    if (answer.ok) {
      show(answer.data)
      void checkSession()
    }
  }

  /** Not while something is being said: the answer to that says how I stand. */
  function refresh(): void {
    if (!document.hidden && saying.value.kind !== 'sending') void reload()
  }

  const timer = setInterval(refresh, REFRESH_MS)
  document.addEventListener('visibilitychange', refresh)
  useChanges('duty', refresh)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', refresh)
  })
  // The answer may have arrived although its receipt was lost: what the server says then ends the failure.
  watch(duty, (now) => {
    if (saying.value.kind === 'failed' && now?.squad?.status?.code === saying.value.code) saying.value = { kind: 'idle' }
  })
  return { state, duty, reload, saying, say }
}
