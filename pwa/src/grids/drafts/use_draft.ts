/* One draft being edited: every operation is saved by the server at once and answered with the draft as it is then. A
   refused operation changes nothing; somebody else's change is shown, never overwritten. */
import { computed, ref, shallowRef, watch } from 'vue'
import type { Answer, Failure } from '@/api/client'
import { useLoad } from '@/api/load'
import { now } from '@/lib/clock'
import { useChanges } from '@/live/changes'
import type { GridCollection } from '@/map/net'
import { addOperation, fetchDraft, nameDraft, netOn, undoOperation, type Draft, type Operation } from './draft'

export function useDraft(id: string) {
  const { state, show, reload } = useLoad<Draft>(() => fetchDraft(id))
  const net = shallowRef<GridCollection | null>(null)
  const netFailure = shallowRef<Failure | null>(null)
  const busy = ref(false)
  const failure = shallowRef<Failure | null>(null)
  const savedAt = shallowRef<Date | null>(null)

  const draft = computed(() => (state.value.kind === 'ready' ? state.value.data : null))
  /** Somebody else changed the draft meanwhile. */
  const isStale = computed(() => failure.value?.kind === 'problem' && failure.value.problem.code === 'stale_draft')

  async function save(change: (version: number) => Promise<Answer<Draft>>): Promise<boolean> {
    if (busy.value || !draft.value) return false
    busy.value = true
    const answer = await change(draft.value.version)
    busy.value = false
    failure.value = answer.ok ? null : answer.failure
    if (answer.ok) {
      show(answer.data)
      savedAt.value = now()
    }
    return answer.ok
  }

  async function loadNet(): Promise<void> {
    const on = draft.value?.effective_on
    if (!on) return
    const answer = await netOn(on)
    netFailure.value = answer.ok ? null : answer.failure
    if (answer.ok) net.value = answer.data
  }

  async function takeTheirs(): Promise<void> {
    failure.value = null
    await reload()
  }

  watch(() => draft.value?.effective_on, loadNet)
  // Another draft was published: ours stands on a new net.
  useChanges('net', () => void Promise.all([reload(), loadNet()]))
  return {
    state,
    draft,
    net,
    netFailure,
    busy,
    failure,
    isStale,
    savedAt,
    reload,
    loadNet,
    takeTheirs,
    perform: (operation: Operation) => save((version) => addOperation(id, version, operation)),
    undo: () => save((version) => undoOperation(id, version)),
    rename: (title: string, effective_on: string) => save(() => nameDraft(id, { title, effective_on })),
  }
}
