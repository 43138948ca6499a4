/* The queue beside the map: what is in it, in which order, and how many of each. Pure. */
import type { CaseSummary } from '@/api/client'
import { lightOf, worstFirst, type Light } from '@/lib/light'

export type Status = CaseSummary['status']

/** `open` is everything not closed; `late` is everything past its deadline. */
export type Filter = 'open' | 'late' | Status

export const COUNTERS = ['pending_dispatch', 'pending_ack', 'handling', 'pending_inspection', 'rework', 'late'] as const satisfies Filter[]

export function lightOfCase(row: CaseSummary, now: Date): Light | null {
  return row.status === 'closed' ? null : lightOf(row, now)
}

export function isIn(filter: Filter, row: CaseSummary, now: Date): boolean {
  if (filter === 'open') return row.status !== 'closed'
  if (filter === 'late') return lightOfCase(row, now) === 'red'
  return row.status === filter
}

export function countOf(filter: Filter, rows: CaseSummary[], now: Date): number {
  return rows.filter((row) => isIn(filter, row, now)).length
}

/** Whether a place lies in a grid: the code of a grid begins with that of every grid above it (town 9, village 12, grid 15 digits). */
export function liesIn(gridCode: string, above: string): boolean {
  return gridCode.startsWith(above)
}

/** Cases that wait for the operator come first whatever their clock says; then the worst light, then the next deadline. */
export function inQueueOrder(rows: CaseSummary[], now: Date): CaseSummary[] {
  const rank = (row: CaseSummary) => ({ row, waits: row.status === 'pending_dispatch', light: lightOfCase(row, now) })
  return rows
    .map(rank)
    .sort(
      (a, b) =>
        Number(b.waits) - Number(a.waits) ||
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
