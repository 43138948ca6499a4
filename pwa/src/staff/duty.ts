/* Squads, their rota, and duty: the shapes that the screens share, and the calls that more than one of them makes. */
import { api, ask, type Answer, type Schemas } from '@/api/client'
import type { Day } from '@/lib/days'
import { hourWords } from './shift_words'

export type Rota = Schemas['Rota']
export type Shift = Schemas['ShiftOut']
/** What is left out stays as it is. */
export type ShiftChange = Partial<Schemas['ShiftIn']>
export type SquadDetail = Schemas['SquadDetail']
export type Leave = Schemas['LeaveOut']
export type Swap = Schemas['SwapOut']
export type Decision = Schemas['Deciding']
export type MyDuty = Schemas['MyDuty']
export type DutyMember = Schemas['DutyMember']
export type RequestStatus = Leave['status']

/** The longest stretch of a rota that is answered at once. */
export const LONGEST_ROTA_DAYS = 62

export function fetchRota(code: string, from: Day, to: Day): Promise<Answer<Rota>> {
  return ask(api.GET('/api/squads/{code}/rota', { params: { path: { code }, query: { from, to } } }))
}

/** What was said about one shift of a squad, known by the day and the time at which it begins. */
export function changeShift(code: string, shift: Pick<Shift, 'on' | 'starts'>, body: ShiftChange): Promise<Answer<Shift>> {
  const path = { code, on: shift.on, starts: hourWords(shift.starts) }
  return ask(api.PUT('/api/squads/{code}/rota/shifts/{on}/{starts}', { params: { path }, body: { reason: '', ...body } }))
}

export function decideLeave(id: string, decision: Decision): Promise<Answer<Leave>> {
  return ask(api.POST('/api/duty/leaves/{leave_id}/decision', { params: { path: { leave_id: id } }, body: { decision } }))
}

export function decideSwap(id: string, decision: Decision): Promise<Answer<Swap>> {
  return ask(api.POST('/api/duty/swaps/{swap_id}/decision', { params: { path: { swap_id: id } }, body: { decision } }))
}

/** Who belongs to the squad on a day; the first and the last day of a membership are included. */
export function membersOn({ members }: Rota, day: Day): Rota['members'] {
  return members.filter(({ since, until }) => since <= day && (!until || until >= day))
}

/** A shift is known by when it begins. */
export const shiftKey = (shift: Pick<Shift, 'on' | 'starts'>): string => `${shift.on} ${hourWords(shift.starts)}`
