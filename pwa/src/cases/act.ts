/* Taking a step on a case from the phone: stored first, then sent, like a report. */
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { uuid7 } from '@/lib/uuid7'
import { keep, type OutboxItem, type Photo } from '@/offline/outbox'
import { flushNow, readPending } from '@/offline/pending'
import type { AllowedAction, CaseSummary } from './names'

export interface ActionPhoto extends Photo {
  takenAt: string
}

type ActionItem = Extract<OutboxItem, { kind: 'action' }>

export function needsSheet(action: AllowedAction): boolean {
  return action.words !== 'none' || action.photos_max > 0
}

/** Done when the step is stored and counted among those under way. Rejects when the phone cannot store it; then nothing was
    done. */
export async function act(it: CaseSummary, action: AllowedAction, words: string, photos: ActionPhoto[]): Promise<void> {
  const user = session.me.value?.id
  if (!user) throw new Error('an action needs a person')
  const at = now().toISOString()
  const item: ActionItem = {
    id: uuid7(),
    user,
    kind: 'action',
    caseId: it.id,
    title: `${action.label} · ${it.matter.name}`,
    sha256s: photos.map((photo) => photo.sha256),
    savedAt: at,
    tries: 0,
    waiting: 'new',
    problem: null,
    body: {
      action: action.action,
      version: it.version,
      words,
      squad: null,
      at,
      photos: photos.map(({ sha256, takenAt }) => ({ sha256, taken_at: takenAt })),
    },
  }
  await keep(item, photos.map(({ sha256, type, bytes }) => ({ sha256, type, bytes })))
  await readPending()
  void flushNow()
}

/** Steps after which the same other steps are still possible. */
const LEAVES_THE_REST = new Set<AllowedAction['action']>(['arrive'])

/** Steps that a phone can offer now: none that needs the choice of a squad, and none after a step that waits to be sent and
    will change what is allowed; only the server knows what comes then. */
export function offered(it: CaseSummary, unsent: OutboxItem[]): AllowedAction[] {
  const underWay = unsent.flatMap((item) => (item.kind === 'action' && item.caseId === it.id && item.waiting !== 'refused' ? [item.body.action] : []))
  if (underWay.some((action) => !LEAVES_THE_REST.has(action))) return []
  return it.allowed_actions.filter((action) => action.squad !== 'required' && !underWay.includes(action.action))
}
