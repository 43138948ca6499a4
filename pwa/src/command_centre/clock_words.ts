/* Why a case is due when it is due: one plain sentence made of its clock and its history. */
import type { CaseDetail, Schemas } from '@/api/client'
import { dayAndTime } from '@/lib/time_words'
import { c } from './casework_words'

export type ClockOut = Schemas['ClockOut']

/** The clock that runs now or stands still; null after the case has ended. */
export function presentClock(detail: Pick<CaseDetail, 'clocks'>): ClockOut | null {
  return detail.clocks.find((clock) => clock.stopped_at === null) ?? null
}

export function dueSentence(detail: CaseDetail, now: Date): string {
  const clock = presentClock(detail)
  if (!clock) return ''
  const at = (moment: string) => dayAndTime(new Date(moment), now)
  const since = (action: string) => detail.events.filter((event) => event.action === action && event.at >= clock.started_at)
  const parts = [c(`clock.why.${clock.kind}`, { began: at(clock.started_at) })]
  if (clock.kind === 'handle') {
    if (detail.condition_words) parts.push(c('clock.by_condition', { condition: detail.condition_words }))
    const extensions = since('grant_extension').length
    if (extensions) parts.push(c('clock.extended', { n: extensions }))
    if (since('recategorise').length) parts.push(c('clock.changed'))
    if (since('grant_suspension').length || since('send_back').length) parts.push(c('clock.waited'))
    if (detail.rework_count) parts.push(c('clock.rework'))
  }
  if (clock.paused_at) parts.push(c('clock.paused', { at: at(clock.paused_at) }))
  else if (clock.due_at) parts.push(c('clock.until', { at: at(clock.due_at) }))
  return parts.join(c('clock.comma')) + c('clock.stop')
}
