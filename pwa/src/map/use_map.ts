/** A MapLibre map in an element: made when the component is mounted, restyled when the screen turns dark, removed with it.
    The map object is never reactive. */
import { Map, setWorkerUrl, type StyleSpecification } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { onMounted, onUnmounted, shallowRef, watch, type Ref, type ShallowRef } from 'vue'

import { t } from './words'
import { baseMap, loadBaseMaps } from './base_maps'
import { FONTS } from './fonts'
import { EMPTY_NET, loadNet, type Net } from './net'
import { DARK, LIGHT, type Palette } from './palette'
import { townStyle } from './style'
import { addSymbol } from './symbols'
import { useDark } from './theme'
import { isWatchedByTest } from '@/lib/watched'

// The worker's address is computed at run time; a bundler would never put the file into the build by itself.
setWorkerUrl(workerUrl)

export interface Camera {
  lng: number
  lat: number
  zoom: number
}

export interface TownMapHandle {
  map: ShallowRef<Map | undefined>
  net: ShallowRef<Net>
  /** How the base map and the net stand; the map itself works without them. */
  state: ShallowRef<'loading' | 'ready' | 'failed'>
  loadAgain: () => Promise<void>
}

/** What a map shows: where its data comes from and how it is drawn. */
export interface Drawing {
  load: () => Promise<Net>
  style: (palette: Palette, net: Net) => StyleSpecification
}

const TOWN: Drawing = { load: loadNet, style: townStyle }

/**
 * `onStyled` runs after every (re)styling, when sources are empty and must be filled again.
 * `still` = a picture that cannot be moved.
 */
export function useMap(
  container: Ref<HTMLElement | null>,
  camera: Camera,
  { still, drawing = TOWN, onStyled }: { still: boolean; drawing?: Drawing; onStyled: (map: Map) => void },
): TownMapHandle {
  const map = shallowRef<Map>()
  const net = shallowRef<Net>(EMPTY_NET)
  const state = shallowRef<'loading' | 'ready' | 'failed'>('loading')
  const dark = useDark()
  const palette = () => (dark.value ? DARK : LIGHT)
  const style = (): StyleSpecification => drawing.style(palette(), net.value)

  async function loadAgain(): Promise<void> {
    state.value = 'loading'
    try {
      const [loaded] = await Promise.all([drawing.load(), loadBaseMaps()])
      net.value = loaded
      state.value = 'ready'
    } catch {
      state.value = 'failed'
    }
  }

  onMounted(() => {
    if (!container.value) return
    const made = new Map({
      container: container.value,
      style: style(),
      center: [camera.lng, camera.lat],
      zoom: camera.zoom,
      maxZoom: 19,
      interactive: !still,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      fadeDuration: 0,
      localIdeographFontFamily: FONTS.join(','),
      locale: { 'Map.Title': t('title') },
    })
    made.touchZoomRotate.disableRotation()
    made.keyboard.disableRotation()
    made.setMissingStyleImageResolver((name) => addSymbol(made, name, palette()))
    made.on('style.load', () => onStyled(made))
    map.value = made
    if (isWatchedByTest()) Object.assign(window, { __suoziMap: made })
    void loadAgain()
  })
  watch([net, dark, baseMap], () => map.value?.setStyle(style(), { diff: false }))
  onUnmounted(() => map.value?.remove())
  return { map, net, state, loadAgain }
}
