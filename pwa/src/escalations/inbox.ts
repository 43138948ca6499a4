/* What the ladder has told me and I have not read yet, newest first: read anew whenever the feed says that there is more. */
import { computed, type ComputedRef } from 'vue'
import { api, ask, type Schemas } from '@/api/client'
import { useLoad } from '@/api/load'
import { useChanges } from '@/live/changes'

export type Escalation = Schemas['EscalationOut']

export interface Inbox {
  unseen: ComputedRef<Escalation[]>
  /** All about this case is read: gone from here at once, and told to the server; unheard, it comes back with the next look. */
  see: (escalation: Escalation) => Promise<void>
  seeAll: () => Promise<void>
}

export function useInbox(): Inbox {
  const { state, reload, show } = useLoad(() => ask(api.GET('/api/escalations', { params: { query: { unseen: true } } })), 'escalations')
  useChanges('escalation', () => void reload())
  const unseen = computed(() => (state.value.kind === 'ready' ? state.value.data.items : []))

  async function read(which: (escalation: Escalation) => boolean): Promise<void> {
    if (state.value.kind !== 'ready') return
    const { data } = state.value
    show({ ...data, items: data.items.filter((item) => !which(item)) })
    await Promise.all(
      data.items
        .filter(which)
        .map(({ case_id, step }) => ask(api.PUT('/api/escalations/{case_id}/{step}/seen', { params: { path: { case_id, step } } }))),
    )
  }

  return { unseen, see: ({ case_id }) => read((item) => item.case_id === case_id), seeAll: () => read(() => true) }
}
