/* The history of a case as it is told: to whom it is work, line by line; to whoever reported it, only what concerns them and
   without the words of the house. Pure. */
import { dateWords, dayAndTime } from '@/lib/time_words'
import type { ActionName, CaseEvent } from './names'
import { c, type CaseWord } from './words'

export interface Line {
  event: CaseEvent
  what: string
  /** What else it says, beside words and photos. */
  more: string[]
}

const HANDS_ON = new Set<ActionName>(['route', 'dispatch', 'reassign', 'claim'])

/** Every line, oldest first. */
export function wholeStory(events: readonly CaseEvent[], now: Date): Line[] {
  return events.map((event) => ({ event, what: labelled(event), more: details(event, now) }))
}

function labelled(event: CaseEvent): string {
  const named = event.squad ? [event.squad] : event.squads
  return named.length ? c('story.to', { label: event.label, squad: named.map(({ name }) => name).join(c('story.and')) }) : event.label
}

function details(event: CaseEvent, now: Date): string[] {
  const said: string[] = []
  if (event.reason && event.reason !== event.words) said.push(c('story.reason', { reason: event.reason }))
  if (event.until) said.push(c('story.until', { at: dayAndTime(new Date(event.until), now) }))
  if (event.until_day) said.push(c('story.until_day', { day: dateWords(event.until_day) }))
  if (event.to_name) said.push(c('story.to_name', { name: event.to_name }))
  if (event.other_case) said.push(c('story.other', { code: event.other_case.code }))
  if (event.due_at) said.push(c('story.due', { at: dayAndTime(new Date(event.due_at), now) }))
  return said
}

/** In plain words; an action that is not here is the house's own business. */
const PLAIN: Partial<Record<ActionName, CaseWord>> = {
  report: 'plain.report', join: 'plain.join', self_handle: 'plain.self_handle', verify_found: 'plain.verify_found',
  verify_absent: 'plain.verify_absent', verify_unable: 'plain.verify_unable', decline: 'plain.decline', acknowledge: 'plain.acknowledge',
  arrive: 'plain.arrive', feedback: 'plain.feedback', pass: 'plain.pass', fail: 'plain.fail', grant_suspension: 'plain.suspended',
  resume: 'plain.resume', merge: 'plain.merge', unmerge: 'plain.unmerge', confirm_void: 'plain.voided', force_close: 'plain.closed',
  reopen: 'plain.reopen', not_satisfied: 'plain.not_satisfied', satisfied: 'plain.satisfied', send_back: 'plain.send_back',
}
/** Words between colleagues; whoever reported it is told the outcome, not the correspondence. */
const KEEPS_ITS_WORDS = new Set<ActionName>(['report', 'join', 'feedback', 'pass', 'decline', 'verify_absent', 'satisfied', 'not_satisfied'])

/** What concerns whoever reported it, oldest first. */
export function plainStory(events: readonly CaseEvent[], now: Date): Line[] {
  return events.flatMap((event): Line[] => {
    const what = HANDS_ON.has(event.action) && event.squad ? c('plain.handed', { squad: event.squad.name }) : PLAIN[event.action] && c(PLAIN[event.action]!)
    if (!what) return []
    const shown = KEEPS_ITS_WORDS.has(event.action) ? event : { ...event, words: '' }
    const more = event.action === 'decline' || event.action === 'merge' ? details({ ...event, due_at: null }, now) : []
    return [{ event: shown, what, more }]
  })
}
