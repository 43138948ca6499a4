/* Whom and where a link to a replay means, to and fro. Pure. */
import type { Camera } from '@/map/use_map'

/** `code`: of the squad or the grid, or the person's id; null while none is chosen. */
export type Whom = { kind: 'all' } | { kind: 'squad' | 'staff' | 'grid'; code: string | null }

export const WHOM_KINDS = ['all', 'squad', 'staff', 'grid'] as const

export function whomInLink(whom: Whom): string {
  return whom.kind === 'all' || !whom.code ? '' : `${whom.kind}:${whom.code}`
}

export function whomOfLink(words: string | undefined): Whom {
  const [kind, code] = (words ?? '').split(':', 2)
  const known = WHOM_KINDS.find((each) => each === kind)
  return known && known !== 'all' && code ? { kind: known, code } : { kind: 'all' }
}

/** `15.20/31.80221/120.29853`: zoom, latitude and longitude, as in links to other maps. */
export function cameraInLink({ zoom, lat, lng }: Camera): string {
  return `${zoom.toFixed(2)}/${lat.toFixed(5)}/${lng.toFixed(5)}`
}

export function cameraOfLink(words: string | undefined): Camera | null {
  const [zoom, lat, lng] = (words ?? '').split('/').map(Number)
  if (zoom === undefined || lat === undefined || lng === undefined || ![zoom, lat, lng].every(Number.isFinite)) return null
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 && zoom >= 0 && zoom <= 24 ? { zoom, lat, lng } : null
}
