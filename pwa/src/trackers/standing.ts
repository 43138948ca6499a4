/* How a tracker stands, as its owner is told. Pure. */
import type { Schemas } from '@/api/client'

export type Source = Schemas['TrackSourceOut']

export type Standing = 'off' | 'waiting' | 'unheard' | 'quiet' | 'heard'

/** Setting an app up takes some minutes; an app that is set up sends at least each other minute. */
const SILENT_MS = 10 * 60_000

const since = (at: string, now: Date): number => now.getTime() - new Date(at).getTime()

/** `quiet`: silent while its owner patrols. Off patrol it may be silent. */
export function standingOf(source: Source, patrolSince: string | null, now: Date): Standing {
  if (source.disabled_at) return 'off'
  if (!source.last_contact_at) return since(source.created_at, now) < SILENT_MS ? 'waiting' : 'unheard'
  if (patrolSince && Math.min(since(source.last_contact_at, now), since(patrolSince, now)) >= SILENT_MS) return 'quiet'
  return 'heard'
}

/** For how long a quiet one is missed: not for what lies before the patrol. */
export function missedS(source: Source, patrolSince: string, now: Date): number {
  return Math.min(since(source.last_contact_at ?? source.created_at, now), since(patrolSince, now)) / 1000
}
