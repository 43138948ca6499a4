/* The queue beside the map: what is in it, in which order, and how many of each. Pure. */
import type { CaseSummary } from '@/api/client'
import { addDays, dayAt } from '@/lib/days'
import { lightOf, worstFirst, type Light } from '@/lib/light'

export type Status = CaseSummary['status']

/** The groups of the queue, in the order in which they press: what waits for the command centre first, then what is late or unanswered,
    then the rest of what is open. The server counts all of them (`GET /api/cases/counts`). */
export const GROUPS = [
  'pending_filing', 'pending_dispatch', 'late', 'emergency',
  'extension', 'suspension', 'void', 'sent_back', 'not_satisfied', 'resuming', 'whistled', 'supervised',
  'verifying', 'soon', 'pending_ack', 'in_hand', 'rework', 'pending_inspection', 'suspended',
] as const
export type Group = (typeof GROUPS)[number]

/** Always shown, whatever they count. */
export const FIRST_GROUPS: readonly Group[] = ['pending_filing', 'pending_dispatch', 'late', 'emergency']
/** Shown as soon as they count one: each waits for a decision or an answer. */
export const PRESSING_GROUPS: readonly Group[] = ['extension', 'suspension', 'void', 'sent_back', 'not_satisfied', 'resuming', 'whistled', 'supervised']
/** Of these there are cases that ended long ago, which no screen holds: the server has to tell. */
const TOLD_BY_SERVER: ReadonlySet<Filter> = new Set(['not_satisfied', 'ended'])

/** `open` is everything not ended; `ended` what ended, the latest first. */
export type Filter = 'open' | 'ended' | Group

export function isToldByRows(filter: Filter): boolean {
  return !TOLD_BY_SERVER.has(filter)
}

export const ENDED: ReadonlySet<Status> = new Set(['closed', 'declined', 'voided', 'merged'])

export function isEnded(row: Pick<CaseSummary, 'status'>): boolean {
  return ENDED.has(row.status)
}

/** null: nobody's time is running, as while a case is suspended or after it ended. */
export function lightOfCase(row: Pick<CaseSummary, 'status' | 'warn_at' | 'due_at'>, now: Date): Light | null {
  return isEnded(row) || row.status === 'suspended' ? null : lightOf(row, now)
}

type Test = (row: CaseSummary, now: Date) => boolean

const asks = (what: CaseSummary['asked'][number]): Test => (row) => row.asked.includes(what)
const stands = (...statuses: Status[]): Test => (row) => statuses.includes(row.status)

const DAY_MS = 86_400_000
/** As the server has it (backend/cases/queries_groups.py). */
const RESUMES_WITHIN_DAYS = 3
const WORD_STANDS_MS = 30 * DAY_MS

const isResuming: Test = (row, now) => row.status === 'suspended' && row.resume_on !== null && row.resume_on <= addDays(dayAt(now), RESUMES_WITHIN_DAYS)
const isUnsatisfied: Test = (row, now) =>
  row.satisfaction === 'not_satisfied' && (!isEnded(row) || Date.parse(row.updated_at) > now.getTime() - WORD_STANDS_MS)

const TESTS: Record<Group, Test> = {
  verifying: stands('verifying'),
  pending_filing: stands('pending_filing'),
  pending_dispatch: stands('pending_dispatch'),
  extension: asks('extension'),
  suspension: asks('suspension'),
  void: asks('void'),
  late: (row, now) => lightOfCase(row, now) === 'red',
  soon: (row, now) => lightOfCase(row, now) === 'amber',
  supervised: (row) => !isEnded(row) && row.reply_by !== null,
  whistled: (row) => !isEnded(row) && row.arrive_by !== null,
  suspended: stands('suspended'),
  pending_inspection: stands('pending_inspection'),
  pending_ack: stands('pending_ack'),
  in_hand: stands('handling', 'pending_review'),
  rework: stands('rework'),
  emergency: (row) => !isEnded(row) && row.severity === 'emergency',
  sent_back: (row) => row.status === 'pending_dispatch' && row.send_back_count > 0,
  not_satisfied: isUnsatisfied,
  resuming: isResuming,
}

export function isIn(filter: Filter, row: CaseSummary, now: Date): boolean {
  if (filter === 'open') return !isEnded(row)
  if (filter === 'ended') return isEnded(row)
  return TESTS[filter](row, now)
}

export function countOf(filter: Filter, rows: CaseSummary[], now: Date): number {
  return rows.filter((row) => isIn(filter, row, now)).length
}

/** The group that an address names; `open` for none or an unknown one. */
export function filterNamed(name: string | undefined): Filter {
  return name === 'ended' ? name : (GROUPS.find((group) => group === name) ?? 'open')
}

/** Whether a place lies in a grid: the code of a grid begins with that of every grid above it (town 9, village 12, grid 15 digits). */
export function liesIn(gridCode: string, above: string): boolean {
  return gridCode.startsWith(above)
}

/** Nobody but the command centre can take it further. */
export function waitsForUs(row: CaseSummary): boolean {
  return row.status === 'pending_filing' || row.status === 'pending_dispatch' || (!isEnded(row) && row.asked.length > 0)
}

/** Emergencies first; then what waits for the operator, whatever its clock says; then the worst light, then the next deadline. */
export function inQueueOrder(rows: CaseSummary[], now: Date): CaseSummary[] {
  const rank = (row: CaseSummary) => ({
    row,
    ended: Number(isEnded(row)),
    emergency: Number(row.severity !== 'emergency'),
    waits: Number(!waitsForUs(row)),
    light: lightOfCase(row, now),
  })
  return rows
    .map(rank)
    .sort(
      (a, b) =>
        a.ended - b.ended ||
        a.emergency - b.emergency ||
        a.waits - b.waits ||
        worstFirst(a.light, b.light) ||
        dueMs(a.row) - dueMs(b.row) ||
        a.row.code.localeCompare(b.row.code),
    )
    .map(({ row }) => row)
}

const NEVER_MS = 8.64e15

function dueMs(row: CaseSummary): number {
  return row.due_at ? Date.parse(row.due_at) : NEVER_MS
}
