/** Camera movements, without the motion for those who asked for none. */
import type { EaseToOptions, LngLatBoundsLike, Map } from 'maplibre-gl'

const duration_ms = () => (window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 250)

export function easeTo(map: Map, where: EaseToOptions): void {
  map.easeTo({ ...where, duration: duration_ms() })
}

/** `left_px` of the map lie under something else. */
export function showBounds(map: Map, bounds: LngLatBoundsLike, { at_once = false, padding_px = 32, left_px = 0 } = {}): void {
  const padding = { top: padding_px, right: padding_px, bottom: padding_px, left: padding_px + left_px }
  map.fitBounds(bounds, { padding, maxZoom: 17, duration: at_once ? 0 : duration_ms() })
}
