/* The world laid flat and where it falls on the screen. The map neither turns nor tilts, so a place is one multiplication and one addition away. Pure. */
import type { Way } from './day'

export interface Spot {
  x: number
  y: number
}

/** Web Mercator, the world being 1 wide, from its north-western corner. */
export function worldOf(lng: number, lat: number): Spot {
  const sine = Math.sin((lat * Math.PI) / 180)
  return { x: (lng + 180) / 360, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) }
}

/** What of the world the screen shows: a spot seen from the origin stands at `x * scale + left`, `y * scale + top` CSS pixels. `ratio`: device
    pixels for one of CSS. */
export interface View {
  scale: number
  left: number
  top: number
  width: number
  height: number
  zoom: number
  ratio: number
}

/** How wide the world is at zoom 0, in pixels. */
export const WORLD_PX = 512

export const isSameView = (a: View, b: View): boolean =>
  a.scale === b.scale && a.width === b.width && a.height === b.height && a.ratio === b.ratio && Math.abs(a.left - b.left) < 0.01 && Math.abs(a.top - b.top) < 0.01

/** Whether a spot on the screen is within `margin` pixels of it. */
export function isSeen(view: View, x: number, y: number, margin: number): boolean {
  return x > -margin && y > -margin && x < view.width + margin && y < view.height + margin
}

/** The spots of a way, seen from an origin near them: 32 bits then hold a county to a twentieth of a pixel at zoom 20. */
export function flatWay({ lngE6, latE6 }: Way, origin: Spot): { x: Float32Array; y: Float32Array } {
  const x = new Float32Array(lngE6.length)
  const y = new Float32Array(lngE6.length)
  for (let i = 0; i < x.length; i++) {
    x[i] = (lngE6[i]! / 1e6 + 180) / 360 - origin.x
    const sine = Math.sin((latE6[i]! / 1e6) * (Math.PI / 180))
    y[i] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) - origin.y
  }
  return { x, y }
}

/** The nearest of some spots, the later of equals, if one is within reach. */
export function nearest<T extends Spot>(spots: Iterable<T>, { x, y }: Spot, withinPx: number): T | null {
  let best: T | null = null
  let least = withinPx ** 2
  for (const spot of spots) {
    const apart = (spot.x - x) ** 2 + (spot.y - y) ** 2
    if (apart <= least) [best, least] = [spot, apart]
  }
  return best
}
