/* Case types and the words that describe a case in a line. */
import type { CaseDetail, CaseSummary, Schemas } from '@/api/client'

export type AllowedAction = Schemas['AllowedAction']
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
