/* A screen's data: loading, ready or failed. What was once loaded stays on screen when a later try fails; with a name it
   also stays on the phone, and is there before the network is. */
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import type { Answer, Failure } from './client'
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { keepCopy, keptCopy } from '@/offline/kept'

export type Load<T> =
  | { kind: 'loading' }
  | { kind: 'ready'; data: T; asOf: Date; failure: Failure | null }
  | { kind: 'failed'; failure: Failure }

export interface Loading<T> {
  state: ShallowRef<Load<T>>
  reload: () => Promise<void>
  /** Shows an answer that came by another way, such as the receipt of an action. */
  show: (data: T) => void
}

/** Loads at once, on `reload`, when a session that had ended begins again, and what failed also when the signal returns. The
    answer that was asked for last wins. */
export function useLoad<T>(fetchIt: () => Promise<Answer<T>>, name?: string): Loading<T> {
  const keptAs = name && `${session.me.value?.id} ${name}`
  const state = shallowRef<Load<T>>({ kind: 'loading' })
  let latest = 0

  function show(data: T): void {
    latest++
    state.value = { kind: 'ready', data, asOf: now(), failure: null }
    if (keptAs) void keepCopy(keptAs, { data, asOf: now() })
  }

  function fail(failure: Failure): void {
    state.value = state.value.kind === 'ready' ? { ...state.value, failure } : { kind: 'failed', failure }
  }

  async function reload(): Promise<void> {
    const mine = ++latest
    const answer = await fetchIt()
    if (mine !== latest) return
    if (answer.ok) show(answer.data)
    else fail(answer.failure)
  }

  async function begin(): Promise<void> {
    const copy = keptAs ? await keptCopy<T>(keptAs) : undefined
    if (copy && state.value.kind === 'loading') state.value = { kind: 'ready', ...copy, failure: null }
    await reload()
  }

  watch(session.standing, (standing, before) => {
    if (standing === 'signed_in' && before === 'expired') void reload()
  })
  function retryWhenOnline(): void {
    if (state.value.kind === 'failed' || (state.value.kind === 'ready' && state.value.failure)) void reload()
  }
  window.addEventListener('online', retryWhenOnline)
  onScopeDispose(() => {
    latest++
    window.removeEventListener('online', retryWhenOnline)
  })
  void begin()
  return { state, reload, show }
}
