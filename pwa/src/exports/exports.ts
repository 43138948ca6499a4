/* My exports: how far each is, and which became ready since I last looked. Asked again when the live feed says that one ended,
   and every two seconds while one is being made. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { api, ask, type Answer, type Schemas } from '@/api/client'
import { uuid7 } from '@/lib/uuid7'
import { useChanges } from '@/live/changes'

export type Export = Schemas['ExportOut']
export type Form = Export['form']
/** A query of `GET /api/cases`. */
export type Wanted = Record<string, string | string[]>

const AGAIN_MS = 2_000

export const isUnfinished = (it: Pick<Export, 'state'>): boolean => it.state === 'waiting' || it.state === 'running'

/** Ready now and not before: what deserves a notice. A list that is read for the first time deserves none. */
export function newlyReady(before: Export[] | null, now: Export[]): Export[] {
  if (!before) return []
  const unfinished = new Set(before.filter(isUnfinished).map(({ id }) => id))
  return now.filter((it) => it.state === 'ready' && unfinished.has(it.id))
}

export function useExports() {
  const list = shallowRef<Export[] | null>(null)
  const notices = shallowRef<Export[]>([])
  const busy = computed(() => (list.value ?? []).filter(isUnfinished).length)
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  async function read(): Promise<void> {
    clearTimeout(timer)
    const answer = await ask(api.GET('/api/exports'))
    if (stopped) return
    if (answer.ok) {
      notices.value = [...notices.value, ...newlyReady(list.value, answer.data.items)]
      list.value = answer.data.items
    }
    if (busy.value) timer = setTimeout(() => void read(), AGAIN_MS)
  }

  /** A repeat after a lost answer finds the same export, as long as `id` is the same. */
  async function begin(form: Form, wanted: Wanted, id = uuid7()): Promise<Answer<Export>> {
    const answer = await ask(api.PUT('/api/exports/{export_id}', { params: { path: { export_id: id }, query: wanted }, body: { form } }))
    if (answer.ok) await read()
    return answer
  }

  async function cancel(id: string): Promise<void> {
    await ask(api.DELETE('/api/exports/{export_id}', { params: { path: { export_id: id } } }))
    await read()
  }

  function dismiss(id: string): void {
    notices.value = notices.value.filter((it) => it.id !== id)
  }

  // What was taken along needs no notice any more.
  watch(list, (items) => {
    notices.value = notices.value.filter((it) => items?.some(({ id, state }) => id === it.id && state === 'ready'))
  })
  useChanges('export', () => void read())
  onScopeDispose(() => {
    stopped = true
    clearTimeout(timer)
  })
  return { list, notices, busy, read, begin, cancel, dismiss }
}
