/* Where a report is: from GPS, the photo, or the map; and which grid that is. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { api, ask, type Failure, type Schemas } from '@/api/client'
import { session } from '@/auth/session'
import type { LngLat } from '@/lib/distance'
import { lastFix } from '@/lib/position'
import { isInside } from '@/lib/inside'
import { keptGrids, type GridCollection } from '@/map/net'

export type GridAt = Schemas['GridAt']
export type Located = { kind: 'none' } | { kind: 'asking' } | { kind: 'found'; grid: GridAt } | { kind: 'failed'; failure: Failure }

const KEPT_AS = 'suozi.last_place'
/** The middle of the demo town; only where nothing better is known. */
const FALLBACK: LngLat = { lng: 120.3, lat: 31.8 }

/** The grid of `place`, asked anew whenever it moves. */
export function useGridAt(place: Readonly<Ref<LngLat | null>>): Readonly<Ref<Located>> {
  const located = shallowRef<Located>({ kind: 'none' })
  let latest = 0
  watch(
    () => [place.value?.lng, place.value?.lat, session.standing.value] as const,
    async ([lng, lat]) => {
      const mine = ++latest
      if (lng === undefined || lat === undefined) {
        located.value = { kind: 'none' }
        return
      }
      located.value = { kind: 'asking' }
      const answer = await ask(api.GET('/api/grids/at', { params: { query: { lng, lat } } }))
      if (mine !== latest) return
      const kept = answer.ok || answer.failure.kind === 'problem' ? null : await keptGridAt({ lng, lat })
      if (mine !== latest) return
      if (answer.ok) located.value = { kind: 'found', grid: answer.data }
      else located.value = kept ? { kind: 'found', grid: kept } : { kind: 'failed', failure: answer.failure }
    },
    { immediate: true },
  )
  onScopeDispose(() => latest++)
  return located
}

/** Without a signal: by the outlines on this phone. The server finds the grid again when the report arrives. */
async function keptGridAt(at: LngLat): Promise<GridAt | null> {
  const features = (await keptGrids())?.features ?? []
  const grid = features.find(({ geometry, properties }) => properties.level === 'grid' && properties.kind !== 'exclusive' && geometry && isInside(at, geometry))
  if (!grid) return null
  const village = features.find(({ properties }) => properties.code === grid.properties.parent_code)
  const town = features.find(({ properties }) => properties.code === village?.properties.parent_code)
  const { code, version, name, short_name, kind } = grid.properties
  return { code, version, name, short_name, kind, village_name: village?.properties.name ?? '', town_name: town?.properties.name ?? '', on_border: false, distance_m: 0 }
}

/** What the server says against the place itself; having no signal is no fault of the place. */
export function placeProblem(located: Located): string {
  if (located.kind !== 'failed' || located.failure.kind !== 'problem') return ''
  return located.failure.problem.status === 422 ? located.failure.problem.detail : ''
}

export function rememberPlace({ lng, lat }: LngLat): void {
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify({ lng, lat }))
  } catch {
    return // Only where the map opens next time.
  }
}

function rememberedPlace(): LngLat | null {
  return JSON.parse(localStorage.getItem(KEPT_AS) ?? 'null') as LngLat | null
}

async function middleOfMyGrid(): Promise<LngLat | null> {
  const within = session.me.value?.posts.find((post) => post.grid_code)?.grid_code
  if (!within) return null
  const answer = await ask(api.GET('/api/grids', { params: { query: { within } } }))
  const point = answer.ok ? (answer.data as GridCollection).features[0]?.properties.label_point : null
  return point ? { lng: point[0], lat: point[1] } : null
}

/** Where the map opens when neither GPS nor photo knows: where I last was, else the middle of my grid. */
export async function likelyPlace(): Promise<LngLat> {
  return lastFix.value ?? rememberedPlace() ?? (await middleOfMyGrid()) ?? FALLBACK
}
