/* A call that is being written down: kept on this computer until the server has acknowledged it. One per person. */
import { uuid7 } from '@/lib/uuid7'

export interface CallDraft {
  /** Of the report; made once, so that sending twice registers one call. */
  id: string
  calledAt: string
  matter: string | null
  condition: string | null
  place: { lng: number; lat: number } | null
  words: string
  name: string
  phone: string
}

export type CallLack = 'matter' | 'place' | 'words'

const keyOf = (staffId: string) => `suozi.call.${staffId}`

export function newCall(at: Date): CallDraft {
  return { id: uuid7(at), calledAt: at.toISOString(), matter: null, condition: null, place: null, words: '', name: '', phone: '' }
}

export function isBegun(draft: CallDraft): boolean {
  return !!(draft.matter || draft.place || draft.words || draft.name || draft.phone)
}

export function lacksOfCall(draft: CallDraft): CallLack[] {
  return [
    ...(draft.matter ? [] : (['matter'] as const)),
    ...(draft.place ? [] : (['place'] as const)),
    ...(draft.words.trim() ? [] : (['words'] as const)),
  ]
}

/** What was kept, or a new one; something unreadable counts as nothing. */
export function keptCall(staffId: string, at: Date): CallDraft {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(staffId)) ?? 'null') as Partial<CallDraft> | null
    return kept?.id ? { ...newCall(at), ...kept } : newCall(at)
  } catch {
    return newCall(at)
  }
}

export function keepCall(staffId: string, draft: CallDraft): void {
  if (isBegun(draft)) localStorage.setItem(keyOf(staffId), JSON.stringify(draft))
  else localStorage.removeItem(keyOf(staffId))
}

export function dropCall(staffId: string): void {
  localStorage.removeItem(keyOf(staffId))
}

/** The body of `PUT /api/hotline/reports/{id}`. The draft lacks nothing. */
export function callBody(draft: CallDraft) {
  const contact = draft.name.trim() || draft.phone.trim() ? { name: draft.name.trim() || null, phone: draft.phone.trim() || null } : null
  return {
    matter: draft.matter!,
    condition: draft.condition,
    place: { ...draft.place!, accuracy_m: null, source: 'map' as const },
    words: draft.words.trim(),
    occurred_at: draft.calledAt,
    photos: [],
    contact,
  }
}
