/* What somebody has typed into a draft and not saved yet: kept on this computer by draft, so that nothing is lost to a
   closed tab, an ended session or somebody else's save. */
import { ref, shallowRef, watch, type Ref } from 'vue'
import { session } from '@/auth/session'
import type { Rule, RuleSet } from './rules'

export interface Edits {
  title: string
  rules: Rule[]
  /** The draft's version and base over which this was typed. */
  version: number
  base: number
}

const keyOf = (id: string): string => `suozi.rules.${session.me.value?.id}.${id}`

export function keptEdits(id: string): Edits | null {
  const kept = localStorage.getItem(keyOf(id))
  return kept ? (JSON.parse(kept) as Edits) : null
}

export function forgetEdits(id: string): void {
  localStorage.removeItem(keyOf(id))
}

export function keepEdits(id: string, edits: Edits): void {
  localStorage.setItem(keyOf(id), JSON.stringify(edits))
}

export function editsOf(draft: RuleSet): Edits {
  return { title: draft.title, rules: draft.rules, version: draft.version, base: draft.base }
}

export interface LocalDraft {
  edits: Ref<Edits | null>
  isChanged: Ref<boolean>
  /** Shows what is kept here for the draft, else what was saved of it. */
  open: (id: string, saved: RuleSet | null) => void
  change: (part: Partial<Pick<Edits, 'title' | 'rules'>>) => void
  /** What was `sent` is saved now. What was typed since stays, over what was saved; and another draft may be open by now. */
  settle: (saved: RuleSet, sent: Edits) => void
}

export function useLocalDraft(): LocalDraft {
  const edits = shallowRef<Edits | null>(null)
  const isChanged = ref(false)
  let id = ''

  watch(edits, (now) => {
    if (now && isChanged.value) keepEdits(id, now)
  })

  function open(draftId: string, saved: RuleSet | null): void {
    const kept = keptEdits(draftId)
    id = draftId
    isChanged.value = kept !== null
    edits.value = kept ?? (saved && editsOf(saved))
  }

  return {
    edits,
    isChanged,
    open,
    change(part) {
      if (!edits.value) return
      isChanged.value = true
      edits.value = { ...edits.value, ...part }
    },
    settle(saved, sent) {
      const kept = keptEdits(saved.id)
      if (kept && JSON.stringify(kept) !== JSON.stringify(sent)) keepEdits(saved.id, { ...kept, version: saved.version, base: saved.base })
      else forgetEdits(saved.id)
      if (saved.id === id) open(saved.id, saved)
    },
  }
}
