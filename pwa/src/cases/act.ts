/* Taking a step on a case from the phone: stored first, then sent, like a report. */
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { fixAtHand, type Fix } from '@/lib/position'
import { uuid7 } from '@/lib/uuid7'
import { keep, lineOf, type ActionItem, type Photo } from '@/offline/outbox'
import { flushNow, readPending } from '@/offline/pending'
import type { ActionName, AllowedAction, CaseSummary } from './names'

export interface ActionPhoto extends Photo {
  takenAt: string
}

/** What a person says with a step. `day` is YYYY-MM-DD, `moment` ISO 8601. */
export interface Said {
  words: string
  reason: string | null
  day: string | null
  moment: string | null
}

export const NOTHING_SAID: Said = { words: '', reason: null, day: null, moment: null }

export function needsSheet(action: AllowedAction): boolean {
  return action.words !== 'none' || action.photos_max > 0 || action.asks.length > 0
}

/** Steps done on the spot: where that was goes along, as evidence of the step and of nothing else. */
const ON_THE_SPOT = new Set<ActionName>([
  'acknowledge', 'claim', 'arrive', 'feedback', 'co_acknowledge', 'co_arrive', 'co_feedback', 'pass', 'fail', 'verify_found',
  'verify_absent', 'verify_unable',
])

export const takesPlace = (action: ActionName): boolean => ON_THE_SPOT.has(action)

/** Done when the step is stored and counted among those under way. It takes the place of the refused step that it `mends`.
    Rejects when the phone cannot store it; then nothing was done. */
export async function act(
  it: CaseSummary,
  action: AllowedAction,
  said: Said,
  photos: ActionPhoto[],
  mends: ActionItem | null = null,
): Promise<void> {
  const user = session.me.value?.id
  if (!user) throw new Error('an action needs a person')
  const at = now().toISOString()
  const fix = takesPlace(action.action) ? await fixAtHand() : null
  const item: ActionItem = {
    id: uuid7(),
    user,
    kind: 'action',
    caseId: it.id,
    caseCode: it.code,
    title: `${action.label} · ${it.matter.name}`,
    sha256s: photos.map((photo) => photo.sha256),
    savedAt: at,
    tries: 0,
    waiting: 'new',
    problem: null,
    ...(mends ? { inPlaceOf: lineOf(mends) } : {}),
    // What was refused told how the case stands now; the step in its place is meant for that.
    body: { ...bodyOf(it, action, said, photos, fix, at), version: Math.max(it.version, mends?.problem?.version ?? 0) },
  }
  await keep(item, photos.map(({ sha256, type, bytes }) => ({ sha256, type, bytes })), mends?.id)
  await readPending()
  void flushNow()
}

function bodyOf(it: CaseSummary, { action }: AllowedAction, said: Said, photos: ActionPhoto[], fix: Fix | null, at: string): ActionItem['body'] {
  return {
    action,
    version: it.version,
    words: said.words,
    reason: said.reason,
    squad: null,
    matter: null,
    condition: null,
    into: null,
    until_day: said.day,
    until: said.moment,
    place: fix && { lng: fix.lng, lat: fix.lat, accuracy_m: fix.accuracy_m, source: 'gps' },
    at,
    photos: photos.map(({ sha256, takenAt }) => ({ sha256, taken_at: takenAt, exif_at: null, exif_place: null })),
  }
}
