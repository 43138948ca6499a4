/* The grids, squads and units that the desk's forms choose from, read once for all of them. */
import { computed, shallowRef } from 'vue'
import { api, ask, type Answer, type Failure, type Schemas } from '@/api/client'
import { may } from '@/auth/session'
import type { ComboOption } from '@/ui/combo_options'
import { s } from './words'

const grids = shallowRef<Schemas['NetTree']['grids']>([])
const squads = shallowRef<Schemas['SquadOut'][]>([])
/** Before that, no squads says nothing. */
const hasReadSquads = shallowRef(false)
const units = shallowRef<Schemas['UnitOut'][]>([])
const failure = shallowRef<Failure | null>(null)

/** Reads anew what this person may see. What was read before stays until then. */
export async function loadChoices(): Promise<void> {
  const answers = await Promise.all([
    read(() => ask(api.GET('/api/net/tree')), (tree) => (grids.value = tree.grids)),
    readSquads(),
    may('see_staff') && read(() => ask(api.GET('/api/units')), (list) => (units.value = list)),
  ])
  failure.value = answers.find((answer) => answer) || null
}

/** The squads alone, which change with everybody who comes on duty or goes off. */
export async function loadSquads(): Promise<void> {
  failure.value = await readSquads()
}

async function readSquads(): Promise<Failure | null> {
  return may('see_squads') ? read(() => ask(api.GET('/api/squads')), (list) => {
    squads.value = list
    hasReadSquads.value = true
  }) : null
}

/** What went wrong, if anything did. */
async function read<T>(asked: () => Promise<Answer<T>>, take: (data: T) => void): Promise<Failure | null> {
  const answer = await asked()
  if (answer.ok) take(answer.data)
  return answer.ok ? null : answer.failure
}

const gridNames = computed(() => new Map(grids.value.map((grid) => [grid.code, grid.name])))

export function gridName(code: string): string {
  return gridNames.value.get(code) ?? code
}

const gridOptions = computed<ComboOption[]>(() =>
  grids.value.map(({ code, name, level, parent_code }) => ({
    value: code,
    words: name,
    more: [s(`level.${level}`), parent_code && level !== 'town' ? gridNames.value.get(parent_code) : ''].filter(Boolean).join(' · '),
    keys: code,
  })),
)
const squadOptions = computed<ComboOption[]>(() => squads.value.map(({ code, name, unit_name }) => ({ value: code, words: name, more: unit_name, keys: code })))
const unitOptions = computed<ComboOption[]>(() => units.value.map(({ code, name }) => ({ value: code, words: name, keys: code })))

export const choices = { squads, hasReadSquads, failure, gridOptions, squadOptions, unitOptions }
