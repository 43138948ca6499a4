/* The case in the panel with its whole history; asked for again whenever its row in the queue has a newer version. */
import { shallowRef, watch, type Ref } from 'vue'
import { api, ask, type CaseDetail, type Failure } from '@/api/client'
import { session } from '@/auth/session'

export type OpenCase =
  | { kind: 'none' }
  | { kind: 'loading' }
  | { kind: 'ready'; detail: CaseDetail; failure: Failure | null }
  | { kind: 'failed'; failure: Failure }

export function useOpenCase(id: Ref<string | null>, knownVersion: Ref<number>) {
  const open = shallowRef<OpenCase>({ kind: 'none' })
  const held = () => (open.value.kind === 'ready' && open.value.detail.id === id.value ? open.value.detail : null)

  async function load(): Promise<void> {
    const asked = id.value
    if (!asked) {
      open.value = { kind: 'none' }
      return
    }
    if (!held()) open.value = { kind: 'loading' }
    const answer = await ask(api.GET('/api/cases/{case_id}', { params: { path: { case_id: asked } } }))
    if (id.value !== asked) return
    if (answer.ok) show(answer.data)
    else {
      const before = held()
      open.value = before ? { kind: 'ready', detail: before, failure: answer.failure } : { kind: 'failed', failure: answer.failure }
    }
  }

  function show(detail: CaseDetail): void {
    if (detail.version >= (held()?.version ?? 0)) open.value = { kind: 'ready', detail, failure: null }
  }

  watch(id, load, { immediate: true })
  watch(session.standing, (standing) => standing === 'signed_in' && void load())
  watch(knownVersion, (version) => {
    if (version > (held()?.version ?? 0)) void load()
  })
  return { open, load, show }
}
