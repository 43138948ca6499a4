/* Looks at positions and tracks that are open: each began with a reason, is listed to those who are shown, and lasts eight hours. Their ids are kept
   for as long as this tab lives, so that the same reason is not asked twice; what is over or unknown is asked again. */
import { api, ask, type Answer, type Failure, type Schemas } from '@/api/client'
import { session } from '@/auth/session'

/** What is to be looked at; the reason comes from the dialog. */
export type Wanted = Omit<Schemas['LookIn'], 'reason'>

const KEPT_AS = 'suozi.looks'
const MOST_KEPT = 50

const nameOf = (wanted: Wanted): string =>
  [session.me.value?.id, wanted.kind, wanted.on_day, wanted.staff_id, wanted.squad_code, wanted.grid_code].map((part) => part ?? '').join(' ')

/** Ids of looks by what they are about. */
function kept(): Record<string, string> {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}

function keep(looks: Record<string, string>): void {
  sessionStorage.setItem(KEPT_AS, JSON.stringify(Object.fromEntries(Object.entries(looks).slice(-MOST_KEPT))))
}

/** The id under which this was opened in this tab; null: a reason is needed. Whether it is over, the server says: its clock counts. */
export function openLook(wanted: Wanted): string | null {
  return kept()[nameOf(wanted)] ?? null
}

/** Writes the look down at the server. Sending the same id again is the same look. */
export async function beginLook(id: string, wanted: Wanted, reason: string): Promise<Answer<Schemas['LookOut']>> {
  const answer = await ask(api.PUT('/api/track-looks/{look_id}', { params: { path: { look_id: id } }, body: { ...wanted, reason } }))
  if (answer.ok) keep({ ...kept(), [nameOf(wanted)]: id })
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
