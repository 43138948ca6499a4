/* Which squads an operator is offered for a case, best first. Pure; the server has the last word. */
import type { CaseSummary, Schemas } from '@/api/client'
import { liesIn } from './queue'

export type Squad = Schemas['SquadOut']

export interface SquadOption {
  squad: Squad
  /** The case's place lies in the squad's jurisdiction. */
  isLocal: boolean
  /** The squad that holds the case now. */
  holdsIt: boolean
}

/** On duty before off duty, own jurisdiction before others, then the fewest open cases. The holder itself comes last. */
export function squadOptions(squads: Squad[], row: Pick<CaseSummary, 'place' | 'squad'>): SquadOption[] {
  return squads
    .map((squad) => ({
      squad,
      isLocal: squad.jurisdiction.some((code) => liesIn(row.place.grid_code, code)),
      holdsIt: squad.code === row.squad?.code,
    }))
    .sort(
      (a, b) =>
        Number(a.holdsIt) - Number(b.holdsIt) ||
        Number(b.squad.on_duty) - Number(a.squad.on_duty) ||
        Number(b.isLocal) - Number(a.isLocal) ||
        a.squad.open_cases - b.squad.open_cases ||
        a.squad.code.localeCompare(b.squad.code),
    )
}
