/* What is asked of the command centre about a case and not decided: who asked, why, and the steps that decide it. Pure. */
import type { CaseDetail, Schemas } from '@/api/client'
import type { AllowedAction } from './steps'

export type Asked = CaseDetail['asked'][number]
type CaseEvent = Schemas['CaseEventOut']

export interface Request {
  what: Asked
  /** The line of the history in which it was asked for. */
  event: CaseEvent | null
  grant: AllowedAction | null
  refuse: AllowedAction | null
}

const STEPS = {
  extension: { ask: 'ask_extension', grant: 'grant_extension', refuse: 'refuse_extension' },
  suspension: { ask: 'ask_suspension', grant: 'grant_suspension', refuse: 'refuse_suspension' },
  void: { ask: 'ask_void', grant: 'confirm_void', refuse: 'refuse_void' },
} as const

export function requestsOf(detail: CaseDetail): Request[] {
  const step = (action: AllowedAction['action']) => detail.allowed_actions.find((each) => each.action === action) ?? null
  return detail.asked.map((what) => {
    const { ask, grant, refuse } = STEPS[what]
    return { what, event: lastOf(detail.events, ask), grant: step(grant), refuse: step(refuse) }
  })
}

export interface Order {
  given: CaseEvent
  reply: CaseEvent | null
}

/** The latest supervision order, with the reply that came after it. */
export function latestOrder(events: readonly CaseEvent[]): Order | null {
  const given = lastOf(events, 'supervise')
  if (!given) return null
  const reply = lastOf(events, 'reply_supervision')
  return { given, reply: reply && reply.seq > given.seq ? reply : null }
}

function lastOf(events: readonly CaseEvent[], action: CaseEvent['action']): CaseEvent | null {
  return events.reduce<CaseEvent | null>((found, event) => (event.action === action && event.seq > (found?.seq ?? 0) ? event : found), null)
}
