/** The base maps that the county has besides the packaged one, and which of them is shown. The choice is kept on this machine. */
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl'
import { computed, ref, shallowRef } from 'vue'

import { api, type Schemas } from '@/api/client'

export type BaseMap = Schemas['BaseMapOut']

/** The one that lies in the package and needs nothing from elsewhere. */
export const PACKAGED = 'packaged'
const KEPT_AS = 'suozi.base_map'

export const baseMaps = shallowRef<BaseMap[]>([])
export const chosenBaseMap = ref(localStorage.getItem(KEPT_AS))

/** What is shown: the chosen one, else the first that was set up; null is the packaged one. */
export const baseMap = computed<BaseMap | null>(() =>
  chosenBaseMap.value === PACKAGED ? null : (baseMaps.value.find(({ id }) => id === chosenBaseMap.value) ?? baseMaps.value[0] ?? null),
)

export function chooseBaseMap(id: string): void {
  localStorage.setItem(KEPT_AS, id)
  chosenBaseMap.value = id
}

/** Which there are is a setting of the server; without an answer there is the packaged one. */
export async function loadBaseMaps(): Promise<void> {
  const { data } = await api.GET('/api/base-maps').catch(() => ({ data: undefined }))
  if (data) baseMaps.value = data
}

const nameOf = (index: number) => `base-tiles-${index}`

export function baseMapSources(map: BaseMap | null): Record<string, SourceSpecification> {
  return Object.fromEntries(
    (map?.sources ?? []).map(({ tiles, tile_size, min_zoom, max_zoom }, i) => {
      const addresses = tiles.map((each) => (each.startsWith('/') ? `${location.origin}${each}` : each))
      const common = { tiles: addresses, minzoom: min_zoom, maxzoom: max_zoom }
      return [nameOf(i), map?.kind === 'vector' ? { type: 'vector', ...common } : { type: 'raster', tileSize: tile_size, ...common }]
    }),
  )
}

/** Above the packaged map, which shows where a tile does not come. */
export function baseMapLayers(map: BaseMap | null, dark: boolean): LayerSpecification[] {
  if (map?.kind === 'vector') return map.layers as unknown as LayerSpecification[]
  // A map made for daylight is dimmed, or it would blind whoever works at night.
  const paint = dark ? { 'raster-brightness-max': 0.55, 'raster-saturation': -0.3 } : {}
  return (map?.sources ?? []).map((_, i) => ({ id: nameOf(i), type: 'raster', source: nameOf(i), paint }))
}
