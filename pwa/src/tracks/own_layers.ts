/* Sources and layers that somebody puts onto a map which is styled anew when the screen turns dark or the net changes: they come back by themselves,
   and go when their owner goes. */
import type { Map } from 'maplibre-gl'
import { onScopeDispose, watch } from 'vue'
import { DARK, LIGHT, type Palette } from '@/map/palette'
import { useDark } from '@/map/theme'

export interface OwnLayers {
  /** The layers to take away again, the topmost first, and then the sources. */
  layers: readonly string[]
  sources: readonly string[]
  add: (map: Map, palette: Palette, dark: boolean) => void
}

/** `styles` counts how often the map was styled. Nothing is drawn while `shown` says no. */
export function useOwnLayers(map: () => Map | undefined, styles: () => number, shown: () => boolean, own: OwnLayers): void {
  const dark = useDark()

  function remove(made: Map): void {
    own.layers.forEach((layer) => made.getLayer(layer) && made.removeLayer(layer))
    own.sources.forEach((source) => made.getSource(source) && made.removeSource(source))
  }

  function draw(): void {
    const made = map()
    if (!made || !styles()) return
    remove(made)
    if (shown()) own.add(made, dark.value ? DARK : LIGHT, dark.value)
  }

  watch([map, styles, shown], draw, { immediate: true, flush: 'post' })
  onScopeDispose(() => {
    const made = map()
    // A map that has been removed has no style any more.
    if (made?.style) remove(made)
  })
}
