/* Where the outlines of a day's net come from: the server's vector tiles, simplified by zoom without gaps. */
import type { SourceSpecification, VectorTileSource } from 'maplibre-gl'

/** Zooms beyond are drawn from these tiles, whose shapes are the true ones. */
const LAST_TILE_ZOOM = 16

/** `on` null is today; with the edition in it, the address is another one as soon as another net is in force. */
function address(on: string | null, edition: number | null): string {
  const query = new URLSearchParams({ ...(on && { on }), edition: String(edition ?? 0) })
  return `${location.origin}/api/tiles/grids/{z}/{x}/{y}.mvt?${query}`
}

export function outlinesOf(on: string | null, edition: number | null): SourceSpecification {
  return { type: 'vector', tiles: [address(on, edition)], maxzoom: LAST_TILE_ZOOM, promoteId: 'code' }
}

/** Another day on a map that is there already. */
export function showOutlinesOf(source: VectorTileSource | undefined, on: string | null, edition: number | null): void {
  source?.setTiles([address(on, edition)])
}
