/* How wide the desk's panels are and which are folded away, remembered for each person in each browser. Widths are held within what
   the window allows: the map always keeps room. The sums are pure. */
import { computed, onScopeDispose, reactive, ref, watch } from 'vue'

export const PANELS = ['queue', 'case', 'time'] as const
export type Panel = (typeof PANELS)[number]

export interface PanelState {
  size: number
  folded: boolean
}
export type Panels = Record<Panel, PanelState>

/** Pixels. A queue narrower than this cuts off the clock, a case its buttons; the map needs room for its own. */
const LEAST: Record<Panel, number> = { queue: 280, case: 340, time: 96 }
const MOST: Record<Panel, number> = { queue: 720, case: 900, time: 420 }
export const LEAST_MAP = 380
/** What a folded panel leaves to be unfolded by. */
export const RAIL = 36

/** Before anybody has moved anything: more room on a larger screen. */
export function usualPanels(width: number): Panels {
  const share = (part: number, least: number, most: number) => Math.round(Math.min(Math.max(width * part, least), most))
  return {
    queue: { size: share(0.18, 320, 460), folded: false },
    case: { size: share(0.24, 400, 640), folded: false },
    time: { size: 132, folded: false },
  }
}

/** The least and the most that a panel may take, beside the other one. */
export function limitsOf(panel: Panel, panels: Panels, width: number): { least: number; most: number } {
  if (panel === 'time') return { least: LEAST.time, most: MOST.time }
  const other = panel === 'queue' ? panels.case : panels.queue
  const room = width - (other.folded ? RAIL : other.size) - LEAST_MAP
  return { least: LEAST[panel], most: Math.max(LEAST[panel], Math.min(MOST[panel], room)) }
}

export function resized(panels: Panels, panel: Panel, size: number, width: number): Panels {
  const { least, most } = limitsOf(panel, panels, width)
  return { ...panels, [panel]: { size: Math.round(Math.min(Math.max(size, least), most)), folded: false } }
}

/** After the window changed: the case gives way first, then the queue. */
export function fitted(panels: Panels, width: number): Panels {
  return (['case', 'queue'] as const).reduce<Panels>((fitting, panel) => {
    const { most } = limitsOf(panel, fitting, width)
    return fitting[panel].size > most ? { ...fitting, [panel]: { ...fitting[panel], size: most } } : fitting
  }, panels)
}

/** What was kept, as far as it can be understood. */
export function panelsFrom(kept: string | null, usual: Panels): Panels {
  try {
    const read = JSON.parse(kept ?? '{}') as Partial<Record<Panel, Partial<PanelState>>>
    const one = (panel: Panel): PanelState => {
      const { size, folded } = read[panel] ?? {}
      return { size: typeof size === 'number' && Number.isFinite(size) ? size : usual[panel].size, folded: folded === true }
    }
    return { queue: one('queue'), case: one('case'), time: one('time') }
  } catch {
    return usual
  }
}

export function usePanels(person: string) {
  const keptAs = `suozi.panels.${person}`
  const width = ref(window.innerWidth)
  /** As they were chosen; a small window shows less and forgets nothing. */
  const wanted = ref(panelsFrom(localStorage.getItem(keptAs), usualPanels(width.value)))
  const panels = computed(() => fitted(wanted.value, width.value))
  const measure = (): void => {
    width.value = window.innerWidth
  }
  window.addEventListener('resize', measure)
  onScopeDispose(() => window.removeEventListener('resize', measure))
  watch(wanted, (kept) => localStorage.setItem(keptAs, JSON.stringify(kept)))

  return reactive({
    panels,
    limits: (panel: Panel) => limitsOf(panel, panels.value, width.value),
    resize: (panel: Panel, size: number) => {
      wanted.value = { ...wanted.value, [panel]: resized(panels.value, panel, size, width.value)[panel] }
    },
    fold: (panel: Panel, folded = !panels.value[panel].folded) => {
      wanted.value = { ...wanted.value, [panel]: { ...wanted.value[panel], folded } }
    },
    reset: (panel: Panel) => {
      wanted.value = { ...wanted.value, [panel]: usualPanels(width.value)[panel] }
    },
  })
}
