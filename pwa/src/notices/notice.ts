/* What a notice means for whoever got it: whether it waits, whether it rings, and what comes first. Pure. */
import type { Schemas } from '@/api/client'

export type Notice = Schemas['NoticeOut']

/** As the live feed names it. `over`: read on another device, or nobody needs to act any more. */
export interface NoticeTold {
  notice_id: string
  kind: Notice['kind']
  case_id: string
  severity: Notice['severity']
  rings: boolean
  over: boolean
}

export const isUnread = (notice: Notice): boolean => notice.seen_at === null

/** Somebody still has to act. */
export const waits = (notice: Notice): boolean => notice.to_act_on && notice.settled_at === null

/** A squad has to take it; that somebody has looked is not enough. */
export const TO_BE_TAKEN: ReadonlySet<Notice['kind']> = new Set(['task', 'rework', 'whistled'])

/** Emergencies that sound until somebody has acted, the one that waits longest first; one case once. */
export function callsFor(notices: readonly Notice[]): Notice[] {
  const calling = notices
    .filter((one) => one.severity === 'emergency' && one.rings && waits(one) && (TO_BE_TAKEN.has(one.kind) || isUnread(one)))
    .toSorted((a, b) => a.at.localeCompare(b.at))
  return firstOfEachCase(calling)
}

const SEVERITIES: Notice['severity'][] = ['emergency', 'urgent', 'normal', 'minor']
/** After every deadline there is. */
const NEVER = '9999'

/** One a case, the worst of it: emergencies before all else, then what is due first, then the graver, then the newest. */
export function worstFirst(notices: readonly Notice[]): Notice[] {
  return firstOfEachCase(
    [...notices].sort(
      (a, b) =>
        Number(b.severity === 'emergency') - Number(a.severity === 'emergency') ||
        (a.case.due_at ?? NEVER).localeCompare(b.case.due_at ?? NEVER) ||
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        b.at.localeCompare(a.at),
    ),
  )
}

function firstOfEachCase(notices: readonly Notice[]): Notice[] {
  return notices.filter((one, place) => notices.findIndex((other) => other.case.id === one.case.id) === place)
}

/** What this device has marked as read counts as read, whatever the server knew when it answered. `until`: everything up to a moment. */
export function asRead(notices: readonly Notice[], ids: ReadonlySet<string>, until: string | null, at: string): Notice[] {
  return notices.map((one) => (isUnread(one) && (ids.has(one.id) || (until !== null && one.at <= until)) ? { ...one, seen_at: at } : one))
}

/** In how many words who was told of it can be said: 12, 99+. */
export const countWords = (count: number): string => (count > 99 ? '99+' : String(count))

/** 璜塘村第3网格: with the village before it where the grid's name does not say it. */
export function placeWords({ case: { village_name: village, grid_name: grid } }: Notice): string {
  return grid.startsWith(village) ? grid : `${village} ${grid}`
}
