/* How far what was told about a case has come, in a line. Pure but for the language. */
import type { Schemas } from '@/api/client'
import { clockTime } from '@/lib/time_words'
import { n } from './words'

export type Reach = Schemas['ReachOut']
export type Delivery = Schemas['DeliveryOut']
type Event = Pick<Schemas['CaseEventOut'], 'at' | 'label'>

/** 接单, by the step that settled it; its moment is that of the notice's end. */
function howSettled(reach: Reach, events: readonly Event[]): string {
  const at = Date.parse(reach.settled_at ?? '')
  return events.find((event) => Date.parse(event.at) === at)?.label ?? n('reach.settled_default')
}

/** 3 人已通知，2 人已看，14:02 接单 */
export function reachWords(reach: Reach, events: readonly Event[]): string {
  const { told, delivered, seen, settled_at: settled, next_step_at: next } = reach
  const at = (time: string) => clockTime(new Date(time))
  return [
    n('reach.told', { n: told }),
    ...(delivered > seen ? [n('reach.delivered', { n: delivered })] : []),
    seen ? n('reach.seen', { n: seen }) : settled ? '' : n('reach.nobody_seen'),
    settled ? n('reach.settled', { at: at(settled), how: howSettled(reach, events) }) : '',
    next && !settled && !seen ? n('reach.next', { at: at(next) }) : '',
  ].filter(Boolean).join(n('between'))
}

/** Who acted, then who has looked, then the others; by name. */
export function nearestFirst(receivers: readonly Schemas['ReceiverOut'][]): Schemas['ReceiverOut'][] {
  const rank = (one: Schemas['ReceiverOut']): number => (one.acted_at ? 0 : one.seen_at ? 1 : one.delivered_at ? 2 : 3)
  return [...receivers].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'zh-CN'))
}

/** The last round of each channel: what was said before is history. */
export function lastRounds(deliveries: readonly Delivery[]): Delivery[] {
  const last = new Map<string, Delivery>()
  for (const one of deliveries) if (one.round >= (last.get(one.channel)?.round ?? 0)) last.set(one.channel, one)
  return [...last.values()]
}
