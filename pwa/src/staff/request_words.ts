/* Requests about duty as people say them: turns, spans of leave. On the phone and at the desk. */
import type { Schemas } from '@/api/client'
import { dayAt } from '@/lib/days'
import { dayAndTime } from '@/lib/time_words'
import { t } from '@/locales/t'
import type { Leave, RequestStatus } from './duty'
import { dayWords, hoursWords, hourWords } from './shift_words'

/** 明天 周二 20:00–次日08:00; without its end when the rota no longer has that shift. */
export function turnWords(turn: Schemas['TurnOut'], now: Date): string {
  const hours = turn.ends ? hoursWords({ starts: turn.starts, ends: turn.ends }) : `${hourWords(turn.starts)}（${t('shift.gone')}）`
  return `${dayWords(turn.on, dayAt(now))} ${hours}`
}

export function leaveSpanWords(leave: Pick<Leave, 'starts_at' | 'ends_at'>, now: Date): string {
  return t('leave.span', { from: dayAndTime(new Date(leave.starts_at), now), to: dayAndTime(new Date(leave.ends_at), now) })
}

export function requestTone(status: RequestStatus): 'warn' | 'ok' | 'idle' {
  if (status === 'asked' || status === 'agreed') return 'warn'
  return status === 'approved' ? 'ok' : 'idle'
}
