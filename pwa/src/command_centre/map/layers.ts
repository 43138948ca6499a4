/* Which layers the command map shows. The choice is kept on this machine; the layer of people is not: it is opened with a reason, each time anew. */
import { reactive, watch } from 'vue'

export const HEAT_DAYS = [7, 30, 90] as const
export type HeatDays = (typeof HEAT_DAYS)[number]

export interface Layers {
  cases: boolean
  grids: boolean
  exclusive: boolean
  squads: boolean
  coverage: boolean
  heat: boolean
  heatDays: HeatDays
  people: boolean
}

const KEPT_AS = 'suozi.map_layers'
const USUAL: Layers = { cases: true, grids: true, exclusive: true, squads: false, coverage: false, heat: false, heatDays: 30, people: false }

/** What was kept, as far as it can be understood; the rest as usual. */
export function readLayers(kept: string | null): Layers {
  try {
    const told = JSON.parse(kept ?? '{}') as Partial<Record<keyof Layers, unknown>>
    const switches = Object.fromEntries(
      Object.entries(USUAL).map(([name, usual]) => [name, typeof told[name as keyof Layers] === typeof usual ? told[name as keyof Layers] : usual]),
    ) as unknown as Layers
    const heatDays = HEAT_DAYS.find((days) => days === switches.heatDays) ?? USUAL.heatDays
    return { ...switches, heatDays, people: false }
  } catch {
    return { ...USUAL }
  }
}

export function useLayers(): Layers {
  const layers = reactive(readLayers(localStorage.getItem(KEPT_AS)))
  watch(layers, (now) => localStorage.setItem(KEPT_AS, JSON.stringify(now)))
  return layers
}
