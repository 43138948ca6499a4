/* How a case will look once what waits on this phone has arrived, so that work goes on without a signal. A forecast only: it
   knows the few steps that follow one another in the field, is always shown as not sent, and the server decides. */
import type { OutboxItem } from '@/offline/outbox'
import { refusedBefore } from '@/offline/outbox'
import { c } from './words'
import type { ActionName, AllowedAction, CaseSummary } from './names'

type Made = 'arrive' | 'feedback' | 'co_arrive' | 'co_feedback'

interface After {
  status?: CaseSummary['status']
  /** Steps that become possible. */
  adds?: Made[]
  /** The other steps remain possible. */
  keeps?: boolean
}

const AFTER: Partial<Record<ActionName, After>> = {
  acknowledge: { status: 'handling', adds: ['arrive', 'feedback'] },
  claim: { status: 'handling', adds: ['arrive', 'feedback'] },
  arrive: { keeps: true },
  feedback: { status: 'pending_inspection' },
  review_pass: { status: 'pending_inspection' },
  review_return: { status: 'handling' },
  send_back: { status: 'pending_dispatch' },
  raise_tier: { status: 'pending_dispatch' },
  pass: { status: 'closed' },
  fail: { status: 'rework' },
  verify_found: { status: 'pending_filing' },
  verify_absent: { status: 'pending_filing' },
  verify_unable: { status: 'pending_filing' },
  resume: { status: 'handling' },
  ask_extension: { keeps: true },
  ask_suspension: { keeps: true },
  reply_supervision: { keeps: true },
  remind: { keeps: true },
  co_acknowledge: { keeps: true, adds: ['co_arrive', 'co_feedback'] },
  co_arrive: { keeps: true, adds: ['co_feedback'] },
  co_feedback: { keeps: true },
}

export interface Forecast {
  status: CaseSummary['status']
  /** What may be done on top, main one first. */
  steps: AllowedAction[]
  /** Steps taken and not sent yet, in their order. Empty: the case is as the server says. */
  unsent: ActionName[]
}

/** What a matter asks for after handling, where the catalogue is at hand. */
export interface MatterNeeds {
  photosAfter: number
  reviewed: boolean
}

/** Steps that only a desk can take: they name a squad, a matter or another case. */
const DESK_ASKS = new Set(['squad', 'squads', 'matter', 'case'])

export function forecast(it: CaseSummary, unsent: readonly OutboxItem[], needs: MatterNeeds): Forecast {
  const taken = unsent.flatMap((item) =>
    item.kind === 'action' && item.caseId === it.id && item.waiting !== 'refused' && !refusedBefore(item, unsent) ? [item.body.action] : [],
  )
  let status = it.status
  let steps = it.allowed_actions.filter((step) => !step.asks.some((one) => DESK_ASKS.has(one)))
  taken.forEach((action, i) => {
    const after = AFTER[action] ?? {}
    status = action === 'feedback' && needs.reviewed ? 'pending_review' : (after.status ?? status)
    const kept = after.keeps ? steps.filter((step) => step.action !== action) : []
    const isNew = (added: Made) => !taken.slice(0, i).includes(added) && !kept.some((step) => step.action === added)
    steps = [...(after.adds ?? []).filter(isNew).map((added) => made(added, needs)), ...kept]
  })
  return { status, steps, unsent: taken }
}

function made(action: Made, needs: MatterNeeds): AllowedAction {
  const finishes = action === 'feedback' || action === 'co_feedback'
  return {
    action,
    label: c(`step.${action}`),
    words: finishes ? 'required' : 'none',
    photos_min: action === 'feedback' ? needs.photosAfter : 0,
    photos_max: finishes ? 9 : 0,
    squad: 'none',
    asks: [],
    reasons: [],
  }
}
