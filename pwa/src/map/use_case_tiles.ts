/** Keeps the server's tiles of cases on a map up to date: read again soon after a change, and now and then because lights are a matter of time.
    What was drawn stays until the new tile is there, and nothing is exchanged while the pointer rests on it. */
import type { Map, VectorTileSource } from 'maplibre-gl'
import { onScopeDispose } from 'vue'

import { CASES, tileAddress } from './case_layers'

const AT_MOST_EVERY_MS = 1_000
const LIGHTS_MS = 30_000
/** A pointer that rests on a mark holds it still for this long at most. */
const HELD_AT_MOST_MS = 4_000

/** `isHeld`: the pointer is on a mark. */
export function useCaseTiles(map: () => Map | undefined, isHeld: () => boolean) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let readAt = 0
  let wantedSince = 0

  /** Something changed: the tiles are read within a second. */
  function again(): void {
    wantedSince ||= Date.now()
    timer ??= setTimeout(read, Math.max(0, readAt + AT_MOST_EVERY_MS - Date.now()))
  }

  function read(): void {
    timer = undefined
    const made = map()
    if (isHeld() && Date.now() - wantedSince < HELD_AT_MOST_MS) {
      timer = setTimeout(read, 250)
      return
    }
    readAt = Date.now()
    wantedSince = 0
    if (made?.getSource(CASES)) made.refreshTiles(CASES)
  }

  /** Another filter: other tiles. */
  function show(query: string): void {
    readAt = Date.now()
    map()?.getSource<VectorTileSource>(CASES)?.setTiles([tileAddress('cases', query)])
  }

  const lights = setInterval(again, LIGHTS_MS)
  onScopeDispose(() => {
    clearInterval(lights)
    clearTimeout(timer)
  })
  return { again, show }
}
