/* A case in the hand: picked up from the map or dragged from a row of the queue, and the squad above which it is. Squads are elements with `data-squad`. */
import { onScopeDispose, ref, shallowRef } from 'vue'

/** What a dragged row carries: the case's id. */
export const CASE_TYPE = 'application/x-suozi-case'

export interface Held {
  id: string
  /** Where the pointer is, in the page's pixels; null where the browser draws what is dragged by itself. */
  at: { x: number; y: number } | null
}

const squadUnder = (target: EventTarget | null): string | null => (target instanceof Element ? (target.closest<HTMLElement>('[data-squad]')?.dataset['squad'] ?? null) : null)

/** `give` is called when a case is dropped on a squad. */
export function useCaseDrag(give: (id: string, squad: string) => void) {
  const held = shallowRef<Held | null>(null)
  const over = ref<string | null>(null)

  function letGo(): void {
    held.value = null
    over.value = null
  }

  /** From the map, where the pointer is followed by hand. */
  function move(id: string, x: number, y: number): void {
    held.value = { id, at: { x, y } }
    over.value = squadUnder(document.elementFromPoint(x, y))
  }

  function drop(id: string, x: number, y: number): void {
    const squad = squadUnder(document.elementFromPoint(x, y))
    letGo()
    if (squad) give(id, squad)
  }

  const stop = new AbortController()
  const on = (name: 'dragstart' | 'dragover' | 'drop' | 'dragend', act: (event: DragEvent) => void) => window.addEventListener(name, act, { signal: stop.signal })
  on('dragstart', (event) => {
    const id = event.dataTransfer?.getData(CASE_TYPE)
    if (id) held.value = { id, at: null }
  })
  on('dragover', (event) => {
    if (!event.dataTransfer?.types.includes(CASE_TYPE)) return
    over.value = squadUnder(event.target)
    if (over.value) event.preventDefault()
  })
  on('drop', (event) => {
    const id = event.dataTransfer?.getData(CASE_TYPE)
    const squad = squadUnder(event.target)
    if (!id || !squad) return
    event.preventDefault()
    letGo()
    give(id, squad)
  })
  on('dragend', letGo)
  onScopeDispose(() => stop.abort())
  return { held, over, move, drop, letGo }
}
