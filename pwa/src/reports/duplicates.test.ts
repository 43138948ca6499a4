import { describe, expect, it } from 'vitest'
import type { CaseSummary } from '@/api/client'
import type { Matter } from '@/matters/catalogue'
import { openNearby } from './duplicates'

const PLACE = { lng: 120.3, lat: 31.8 }
const METRE_OF_LAT = 1 / 111_195
const MATTER = { code: 'E0101', duplicate_radius_m: 50 } as Matter

const at = (id: string, metres: number, over: Partial<CaseSummary> = {}): CaseSummary =>
  ({
    id, status: 'handling', opened_at: '2026-11-20T01:00:00Z', mine: false, cover_photo: null, matter: { code: 'E0101' },
    place: { lng: PLACE.lng, lat: PLACE.lat + metres * METRE_OF_LAT }, ...over,
  }) as unknown as CaseSummary
const ids = (known: CaseSummary[], matter = MATTER) => openNearby(known, matter, PLACE).map((one) => one.id)

describe('without a signal, what the phone knows is offered', () => {
  it('nearest first, within the matter’s radius', () => {
    expect(ids([at('far', 51), at('b', 40), at('a', 12)])).toEqual(['a', 'b'])
    expect(openNearby([at('a', 12)], MATTER, PLACE)[0]?.distance_m).toBe(12)
  })
  it('of the same matter only, and open', () => {
    expect(ids([at('other', 5, { matter: { code: 'E0102' } } as never), at('done', 5, { status: 'closed' }), at('merged', 5, { status: 'merged' })])).toEqual([])
  })
  it('once, though it stands in several lists', () => expect(ids([at('a', 5), at('a', 5)])).toEqual(['a']))
  it('50 m where the kept catalogue does not say, nothing where it says never', () => {
    expect(ids([at('a', 49), at('b', 51)], { code: 'E0101' } as Matter)).toEqual(['a'])
    expect(ids([at('a', 0)], { ...MATTER, duplicate_radius_m: 0 })).toEqual([])
  })
})
