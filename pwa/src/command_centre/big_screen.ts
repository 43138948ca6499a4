/* What a screen on the wall shows. Pure. */
import type { CaseSummary } from '@/api/client'
import type { GroupCounts } from './live_cases'
import { inQueueOrder, isEnded, lightOfCase, waitsForUs, type Group } from './queue'

export const BIG_COUNTS: readonly ('open' | Group)[] = ['open', 'late', 'soon', 'emergency', 'pending_filing', 'pending_dispatch']

/** What is read from across a room is half as large again as on a desk of 1920 pixels, and grows with the screen. */
export function enlargement(width: number): number {
  return Math.max(1, (width / 1920) * 1.5)
}

/** Emergencies, what waits for the command centre, what is late or nearly so; most pressing first. */
export function worstCases(rows: readonly CaseSummary[], now: Date): CaseSummary[] {
  const presses = (row: CaseSummary): boolean => {
    if (isEnded(row)) return false
    const light = lightOfCase(row, now)
    return row.severity === 'emergency' || waitsForUs(row) || light === 'red' || light === 'amber'
  }
  return inQueueOrder(rows.filter(presses), now)
}

/** The server's counts are of all cases; what the rows tell is of this moment. */
export function bigCounts(told: GroupCounts | null, ofRows: GroupCounts, isWhole: boolean): GroupCounts {
  return isWhole ? { ...told, ...ofRows } : (told ?? {})
}
