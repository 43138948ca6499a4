/** Camera movements, without the motion for those who asked for none. */
import type { EaseToOptions, LngLatBoundsLike, Map } from 'maplibre-gl'

const duration_ms = () => (window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 250)

export function easeTo(map: Map, where: EaseToOptions): void {
  map.easeTo({ ...where, duration: duration_ms() })
}

export function showBounds(map: Map, bounds: LngLatBoundsLike, { at_once = false } = {}): void {
  map.fitBounds(bounds, { padding: 32, maxZoom: 17, duration: at_once ? 0 : duration_ms() })
}
