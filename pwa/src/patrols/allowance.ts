/* Whether a patrol may begin now, by the last answer of the server, which also counts without a signal. Pure. */
import type { Schemas } from '@/api/client'

export type Patrolling = Schemas['Patrolling']

/** `unknown`: the phone has never been told, or what it was told no longer says anything about now. */
export type Allowance =
  | { kind: 'yes'; until: string }
  | { kind: 'consent' }
  | { kind: 'off_duty'; nextAt: string | null }
  | { kind: 'unknown' }

/** `owesWithdrawal`: consent was taken back here and the server has not heard it yet. */
export function allowanceOf(told: Patrolling | null, owesWithdrawal: boolean, now: Date): Allowance {
  if (!told) return { kind: 'unknown' }
  if (told.consent.needed || owesWithdrawal) return { kind: 'consent' }
  const { running_until: until, next_at: nextAt } = told.shift
  if (until && new Date(until) > now) return { kind: 'yes', until }
  // The next shift has begun since: whether, and until when, only the server knows.
  if (nextAt && new Date(nextAt) <= now) return { kind: 'unknown' }
  return until && !nextAt ? { kind: 'unknown' } : { kind: 'off_duty', nextAt }
}
