/** Picking a case up from the map: a press that moves becomes a drag, one that does not stays a click. */
import type { Map, MapMouseEvent } from 'maplibre-gl'
import { MARK_LAYER } from './case_layers'

export interface DragListener {
  /** At the pointer, in the page's own pixels. */
  onMove: (id: string, x: number, y: number) => void
  onDrop: (id: string, x: number, y: number) => void
  onCancel: () => void
}

const MOVES_FROM_PX = 5

export function listenForDrags(map: Map, mayDrag: () => boolean, listener: DragListener): void {
  map.on('mousedown', MARK_LAYER, (event: MapMouseEvent & { features?: { properties: Record<string, unknown> }[] }) => {
    const id = event.features?.[0]?.properties['id']
    if (!id || event.originalEvent.button !== 0 || !mayDrag()) return
    // The map itself stays where it is.
    event.preventDefault()
    follow(String(id), event.originalEvent, listener)
  })
}

function follow(id: string, start: MouseEvent, listener: DragListener): void {
  let moved = false
  const stop = new AbortController()
  const on = <K extends keyof WindowEventMap>(name: K, act: (event: WindowEventMap[K]) => void) => window.addEventListener(name, act, { signal: stop.signal, capture: true })
  on('mousemove', (event) => {
    moved ||= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > MOVES_FROM_PX
    if (moved) listener.onMove(id, event.clientX, event.clientY)
  })
  on('mouseup', (event) => {
    stop.abort()
    if (moved) listener.onDrop(id, event.clientX, event.clientY)
  })
  on('keydown', (event) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    stop.abort()
    listener.onCancel()
  })
}
