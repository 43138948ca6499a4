/* The rows of the one net's lists. Pure. */
import type { CaseSummary, Schemas } from '@/api/client'
import type { GridCollection } from '@/map/net'
import { liesIn } from './queue'

export interface VillageRow {
  code: string
  name: string
  grids: number
  exclusive: number
  area_m2: number
  open_cases: number
}

export function villagesOf(grids: GridCollection, cases: CaseSummary[]): VillageRow[] {
  const all = grids.features.map((feature) => feature.properties)
  const open = cases.filter((row) => row.status !== 'closed')
  return all
    .filter((grid) => grid.level === 'village')
    .map(({ code, name, area_m2 }) => {
      const below = all.filter((grid) => grid.parent_code === code)
      const exclusive = below.filter((grid) => grid.kind === 'exclusive').length
      return {
        code,
        name,
        grids: below.length - exclusive,
        exclusive,
        area_m2,
        open_cases: open.filter((row) => liesIn(row.place.grid_code, code)).length,
      }
    })
}

export interface MajorRow {
  name: string
  count: number
  conditions: number
  words: string
}

export function mattersByMajor(matters: Schemas['MatterOut'][]): MajorRow[] {
  const majors = [...new Set(matters.map((matter) => matter.major_code))].sort()
  return majors.map((code) => {
    const of = matters.filter((matter) => matter.major_code === code)
    return {
      name: of[0]?.major_name ?? '',
      count: of.length,
      conditions: of.reduce((sum, matter) => sum + matter.conditions.length, 0),
      words: of.map((matter) => matter.name).join('、'),
    }
  })
}
