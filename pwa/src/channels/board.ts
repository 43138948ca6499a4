/* How a channel or a robot stands, in one word. Pure. */
import type { Schemas } from '@/api/client'

export type ChannelRow = Schemas['ChannelOut']
export type RobotRow = Schemas['RobotOut']
export type Standing = 'works' | 'failing' | 'unused' | 'not_set_up' | 'blocked' | 'off'

interface Health {
  well_at: string | null
  failing_since: string | null
}

function healthOf({ well_at: well, failing_since: failing }: Health): Standing {
  if (failing) return 'failing'
  return well ? 'works' : 'unused'
}

/** What is in the app is this very server: it works while this page can be read. */
export function standingOf(row: ChannelRow): Standing {
  if (row.channel === 'in_app') return 'works'
  return row.set_up ? healthOf(row) : 'not_set_up'
}

export function robotStanding(row: RobotRow): Standing {
  if (!row.active) return 'off'
  return row.blocked_until ? 'blocked' : healthOf(row)
}

export const TONES: Record<Standing, 'ok' | 'urgent' | 'warn' | 'idle'> = {
  works: 'ok', failing: 'urgent', unused: 'idle', not_set_up: 'idle', blocked: 'warn', off: 'idle',
}
/** Colour is never the only sign. */
export const SIGNS: Record<Standing, string> = {
  works: 'circle-check', failing: 'alert-circle', unused: 'circle-dot', not_set_up: 'circle-minus', blocked: 'clock', off: 'player-pause',
}
