/* Which lists a person has, by their posts, the most important first. */
import { session } from '@/auth/session'
import type { ListName } from './lists'

export function myLists(): ListName[] {
  const me = session.me.value
  const inspects = me?.roles.some((role) => role === 'worker' || role === 'inspector') ?? false
  // A worker holds cases too where the routing gives them to a duty in the grid.
  const holds = me?.squad || me?.roles.includes('worker')
  return [
    ...(holds ? (['tasks'] as const) : []),
    ...(me?.squad ? (['claimable'] as const) : []),
    ...(inspects ? (['verifications', 'inspections'] as const) : []),
  ]
}

/** Lists that are shown only when there is something in them. */
export function isShownEmpty(name: ListName): boolean {
  const me = session.me.value
  if (name === 'tasks') return me?.squad !== null
  return name === 'inspections' || name === 'mine'
}
