/* Looks at positions and tracks that are open: each began with a reason, is listed to those who are shown, and lasts eight hours. Their ids are kept
   for as long as this tab lives, so that the same reason is not asked twice; what is over or unknown is asked again. */
import { api, ask, type Answer, type Failure, type Schemas } from '@/api/client'
import { session } from '@/auth/session'
import { now } from '@/lib/clock'

/** What is to be looked at; the reason comes from the dialog. */
export type Wanted = Omit<Schemas['LookIn'], 'reason'>

interface Kept {
  id: string
  until: string
}

const KEPT_AS = 'suozi.looks'
/** A look that is about to end is not begun with. */
const MARGIN_MS = 60_000

const nameOf = (wanted: Wanted): string =>
  [session.me.value?.id, wanted.kind, wanted.on_day, wanted.staff_id, wanted.squad_code, wanted.grid_code].map((part) => part ?? '').join(' ')

function kept(): Record<string, Kept> {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '{}') as Record<string, Kept>
  } catch {
    return {}
  }
}

function keep(looks: Record<string, Kept>): void {
  const open = Object.entries(looks).filter(([, look]) => isOpen(look))
  sessionStorage.setItem(KEPT_AS, JSON.stringify(Object.fromEntries(open)))
}

const isOpen = ({ until }: Kept): boolean => Date.parse(until) - MARGIN_MS > now().getTime()

/** The id under which this may be looked at now; null: a reason is needed. */
export function openLook(wanted: Wanted): string | null {
  const look = kept()[nameOf(wanted)]
  return look && isOpen(look) ? look.id : null
}

/** Writes the look down at the server. Sending the same id again is the same look. */
export async function beginLook(id: string, wanted: Wanted, reason: string): Promise<Answer<Schemas['LookOut']>> {
  const answer = await ask(api.PUT('/api/track-looks/{look_id}', { params: { path: { look_id: id } }, body: { ...wanted, reason } }))
  if (answer.ok) keep({ ...kept(), [nameOf(wanted)]: { id, until: answer.data.until } })
  return answer
}

export function forgetLook(wanted: Wanted): void {
  const { [nameOf(wanted)]: _gone, ...others } = kept()
  keep(others)
}

/** Whether an answer says that a reason must be given (again). */
export function isReasonNeeded(failure: Failure): boolean {
  return failure.kind === 'problem' && ['reason_needed', 'no_such_look'].includes(failure.problem.code)
}
