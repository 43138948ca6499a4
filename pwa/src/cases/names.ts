/* Case types and the words that describe a case in a line. */
import type { CaseDetail, CaseSummary, Schemas } from '@/api/client'
import { dateWords } from '@/lib/time_words'
import { c } from './words'

export type ActionName = Schemas['Action']
export type AllowedAction = Schemas['AllowedAction']
export type CaseEvent = Schemas['CaseEventOut']
export type CasePhoto = Schemas['CasePhotoOut']
export type { CaseDetail, CaseSummary }

export function placeWords(it: CaseSummary): string {
  const { grid_name: grid, village_name: village } = it.place
  return grid.startsWith(village) ? grid : `${village} ${grid}`
}

/** Photos of one phase, in the order of the history. */
export function photosOfPhase(it: CaseDetail, phase: CasePhoto['phase']): CasePhoto[] {
  return it.events.flatMap((event) => event.photos).filter((photo) => photo.phase === phase)
}

/** Where a case stands, for whoever reported it: no word of the house. */
export function standWords(it: CaseSummary): string {
  const holder = it.holder_name ?? ''
  if (it.status === 'suspended' && it.resume_on) return c('stand.suspended_until', { day: dateWords(it.resume_on) })
  if (it.status === 'merged' && it.merged_into) return c('stand.merged', { code: it.merged_into.code })
  return holder && (it.status === 'pending_ack' || it.status === 'handling') ? c(`stand.${it.status}_by`, { holder }) : c(`stand.${it.status === 'merged' ? 'closed' : it.status}`)
}
