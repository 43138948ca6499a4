/* What is special about a case, in a few short words beside it. Pure. */
import { session } from '@/auth/session'
import { dateWords, dayAndTime } from '@/lib/time_words'
import type { CaseDetail, CaseSummary } from './names'
import { c } from './words'

export interface Remark {
  tone: 'info' | 'warn' | 'urgent' | 'idle'
  words: string
}

export type CasePart = CaseDetail['parts'][number]

/** The open part of the reader's own squad, where the case is known whole. */
export function ownPart(detail: CaseDetail | null): CasePart | null {
  const squad = session.me.value?.squad?.code
  return detail?.parts.find((part) => !part.ended_at && part.squad.code === squad) ?? null
}

export function remarks(it: CaseSummary, detail: CaseDetail | null, now: Date): Remark[] {
  const found: Remark[] = []
  const say = (tone: Remark['tone'], words: string): void => void found.push({ tone, words })
  if (it.reply_by) {
    const late = now.getTime() > Date.parse(it.reply_by)
    say(late ? 'urgent' : 'warn', c('mark.supervised', { at: dayAndTime(new Date(it.reply_by), now) }))
  }
  if (it.my_part) say('info', partWords(it, detail, now))
  if (it.status === 'suspended' && it.resume_on) say('idle', c('mark.resumes', { day: dateWords(it.resume_on) }))
  if (it.asked.includes('extension')) say('idle', c('mark.extension'))
  if (it.asked.includes('suspension')) say('idle', c('mark.suspension'))
  if (it.rework_count) say('warn', c('mark.rework', { n: it.rework_count }))
  if (it.send_back_count) say('idle', c('mark.sent_back', { n: it.send_back_count }))
  return found
}

function partWords(it: CaseSummary, detail: CaseDetail | null, now: Date): string {
  const state = c(`part.${it.my_part ?? 'new'}`)
  const part = ownPart(detail)
  if (part?.arrive_by) return c('mark.whistle', { at: dayAndTime(new Date(part.arrive_by), now), state })
  return c('mark.part', { state })
}
