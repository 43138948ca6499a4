/* The town at a picked moment of the past, and the case in the panel as it was then. Live goes on meanwhile, unseen. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { api, ask, type Failure, type Schemas } from '@/api/client'
import type { OpenCase } from '@/command_centre/open_case'

export type PastTown = Schemas['Past']
export type Past = ReturnType<typeof usePast>

/** A slider that is being dragged asks for where it rests. */
const RESTS_MS = 180

export function usePast(selectedId: Ref<string | null>) {
  /** null: the present. */
  const at = shallowRef<Date | null>(null)
  /** What is known of `at`; while another moment is being read, of the one before. */
  const town = shallowRef<PastTown | null>(null)
  const reading = shallowRef(false)
  const failure = shallowRef<Failure | null>(null)
  const open = shallowRef<OpenCase>({ kind: 'none' })
  let waiting: ReturnType<typeof setTimeout> | undefined
  let stopping: AbortController | undefined

  function goTo(moment: Date | null): void {
    at.value = moment
    clearTimeout(waiting)
    stopping?.abort()
    failure.value = null
    reading.value = moment !== null
    if (moment) waiting = setTimeout(() => void read(), RESTS_MS)
    else town.value = null
  }

  async function read(): Promise<void> {
    const asked = at.value
    if (!asked) return
    reading.value = true
    stopping = new AbortController()
    void readCase()
    const answer = await ask(api.GET('/api/past', { params: { query: { at: asked.toISOString() } }, signal: stopping.signal }))
    if (at.value !== asked) return
    reading.value = false
    failure.value = answer.ok ? null : answer.failure
    if (answer.ok) town.value = answer.data
  }

  async function readCase(): Promise<void> {
    const moment = at.value
    const id = selectedId.value
    if (!moment || !id) {
      open.value = { kind: 'none' }
      return
    }
    const held = open.value.kind === 'ready' && open.value.detail.id === id
    if (!held) open.value = { kind: 'loading' }
    const answer = await ask(api.GET('/api/past/cases/{case_id}', { params: { path: { case_id: id }, query: { at: moment.toISOString() } } }))
    if (at.value !== moment || selectedId.value !== id) return
    open.value = answer.ok ? { kind: 'ready', detail: answer.data, failure: null } : { kind: 'failed', failure: answer.failure }
  }

  watch(selectedId, () => at.value && void readCase())
  onScopeDispose(() => {
    clearTimeout(waiting)
    stopping?.abort()
  })
  return { at, town, reading, failure, open, goTo, again: read }
}

