/* What is open close by and may be the same thing: asked of the server, and without a signal looked up in what the phone has. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { api, ask, type CaseSummary, type Schemas } from '@/api/client'
import { session } from '@/auth/session'
import { distanceM, type LngLat } from '@/lib/distance'
import type { Matter } from '@/matters/catalogue'
import { keptCopy } from '@/offline/kept'

export type Nearby = Pick<Schemas['NearbyCase'], 'id' | 'status' | 'distance_m' | 'opened_at' | 'mine' | 'cover_photo'>

/** Where the catalogue on the phone is older than this question. */
const USUAL_RADIUS_M = 50
const ENDED = new Set<CaseSummary['status']>(['closed', 'declined', 'voided', 'merged'])
const KEPT_LISTS = ['tasks', 'claimable', 'verifications', 'inspections', 'mine', 'around']

export function radiusOf(matter: Matter): number {
  return (matter as Partial<Matter>).duplicate_radius_m ?? USUAL_RADIUS_M
}

/** Open cases of this matter within its radius, nearest first. */
export function openNearby(known: readonly CaseSummary[], matter: Matter, place: LngLat): Nearby[] {
  const radiusM = radiusOf(matter)
  const found = new Map<string, Nearby>()
  for (const it of known) {
    const apartM = distanceM(place, it.place)
    if (it.matter.code !== matter.code || ENDED.has(it.status) || apartM > radiusM || radiusM === 0) continue
    found.set(it.id, { id: it.id, status: it.status, distance_m: Math.round(apartM), opened_at: it.opened_at, mine: it.mine, cover_photo: it.cover_photo })
  }
  return [...found.values()].sort((a, b) => a.distance_m - b.distance_m)
}

async function keptCases(): Promise<CaseSummary[]> {
  const copies = await Promise.all(KEPT_LISTS.map((name) => keptCopy<{ items: CaseSummary[] }>(`${session.me.value?.id} cases.${name}`)))
  return copies.flatMap((copy) => copy?.data.items ?? [])
}

async function nearby(matter: Matter, place: LngLat): Promise<Nearby[]> {
  if (radiusOf(matter) === 0) return []
  const query = { matter: matter.code, lng: place.lng, lat: place.lat }
  const answer = await ask(api.GET('/api/cases/nearby', { params: { query } }))
  return answer.ok ? answer.data.items : openNearby(await keptCases(), matter, place)
}

/** The nearest open case that may be the same, asked anew when the matter or the place changes; null while there is none. */
export function useNearest(matter: Readonly<Ref<Matter | null>>, place: Readonly<Ref<LngLat | null>>): Readonly<Ref<Nearby | null>> {
  const nearest = shallowRef<Nearby | null>(null)
  let latest = 0
  watch(
    () => [matter.value?.code, place.value?.lng, place.value?.lat] as const,
    async () => {
      const mine = ++latest
      nearest.value = null
      if (!matter.value || !place.value) return
      const found = await nearby(matter.value, place.value)
      if (mine === latest) nearest.value = found[0] ?? null
    },
    { immediate: true },
  )
  onScopeDispose(() => latest++)
  return nearest
}
