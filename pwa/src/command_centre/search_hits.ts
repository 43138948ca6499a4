/* Grids of the net at hand by name or code, while the server's answer is awaited. Pure. */
import type { GridProperties, Net } from '@/map/net'

export type GridHit = Pick<GridProperties, 'code' | 'name' | 'level'>

const SHOWN = 4

export function gridHits(net: Net | null, wanted: string): GridHit[] {
  if (!wanted) return []
  return (net?.grids.features ?? [])
    .map(({ properties }) => properties)
    .filter((grid) => grid.level !== 'county' && (grid.name.includes(wanted) || grid.code === wanted))
    .slice(0, SHOWN)
}
