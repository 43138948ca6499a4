/* Which squads an operator is offered for a case, best first; the server has the last word. */
import type { CaseSummary, Schemas } from '@/api/client'
import { language } from '@/locales/t'
import { liesIn } from './queue'

export type Squad = Schemas['SquadOut']

/** What speaks for and against a squad; null where nobody counted it. */
export interface SquadOption {
  code: string
  name: string
  onDuty: boolean
  /** The case's place lies in the squad's jurisdiction. */
  isLocal: boolean
  /** The squad that holds the case now. */
  holdsIt: boolean
  openCases: number
  distanceM: number | null
  positionAgeS: number | null
  free: boolean | null
  suits: boolean
  reasons: string[]
}

/** A squad as `GET /api/dispatch/candidates` weighs it. */
export interface WeighedSquad {
  squad_code: string
  squad_name: string
  suits: boolean
  on_duty: boolean
  free: boolean
  has_jurisdiction: boolean
  open_cases: number
  distance_m: number | null
  position_age_s: number | null
  reasons: string[]
}

/** What the rules would say now, and every squad; null where this server weighs no squads. */
export async function weighedSquads(row: CaseSummary): Promise<{ byRule: string; squads: WeighedSquad[] } | null> {
  const { place, matter, severity } = row
  const query = new URLSearchParams({ grid: place.grid_code, matter: matter.code, severity, lng: String(place.lng), lat: String(place.lat) })
  try {
    const response = await fetch(`/api/dispatch/candidates?${query}`, { headers: { 'Accept-Language': language.value } })
    if (!response.ok) return null
    const { by_rule, squads } = (await response.json()) as { by_rule: string; squads: WeighedSquad[] }
    return { byRule: by_rule, squads }
  } catch {
    return null
  }
}

type Place = Pick<CaseSummary, 'place' | 'squad'>

/** On duty before off duty, own jurisdiction before others, then the fewest open cases. The holder itself comes last. */
export function squadOptions(squads: Squad[], row: Place): SquadOption[] {
  return squads
    .map((squad) => {
      const isLocal = squad.jurisdiction.some((code) => liesIn(row.place.grid_code, code))
      return {
        code: squad.code,
        name: squad.name,
        onDuty: squad.on_duty,
        isLocal,
        holdsIt: squad.code === row.squad?.code,
        openCases: squad.open_cases,
        distanceM: null,
        positionAgeS: null,
        free: null,
        suits: squad.on_duty && isLocal,
        reasons: squad.why_off_duty ? [squad.why_off_duty] : [],
      }
    })
    .sort(
      (a, b) =>
        Number(a.holdsIt) - Number(b.holdsIt) ||
        Number(b.onDuty) - Number(a.onDuty) ||
        Number(b.isLocal) - Number(a.isLocal) ||
        a.openCases - b.openCases ||
        a.code.localeCompare(b.code),
    )
}

/** The server's order, the holder last. */
export function candidateOptions(candidates: WeighedSquad[], row: Place): SquadOption[] {
  const options = candidates.map((it) => ({
    code: it.squad_code,
    name: it.squad_name,
    onDuty: it.on_duty,
    isLocal: it.has_jurisdiction,
    holdsIt: it.squad_code === row.squad?.code,
    openCases: it.open_cases,
    distanceM: it.distance_m,
    positionAgeS: it.position_age_s,
    free: it.free,
    suits: it.suits,
    reasons: it.reasons,
  }))
  return [...options.filter(({ holdsIt }) => !holdsIt), ...options.filter(({ holdsIt }) => holdsIt)]
}
