import { describe, expect, it } from 'vitest'
import { ageOf, withNewer, type Whereabouts } from './live_people'

const NOW = new Date('2026-11-23T06:00:00Z')
const person = (more: Partial<Whereabouts>): Whereabouts => ({
  staff_id: 'a', name: '网格员 050', post: '网格员', squad_code: null, patrol_id: 'p', travel: 'walk', since: '2026-11-23T05:00:00Z', paused: false,
  at: '2026-11-23T05:59:00Z', lng: 120, lat: 31, accuracy_m: 5, ...more,
})

it.each([
  ['2026-11-23T05:58:01Z', 'fresh'],
  ['2026-11-23T05:58:00Z', 'ageing'],
  ['2026-11-23T05:45:01Z', 'ageing'],
  ['2026-11-23T05:45:00Z', 'silent'],
  [null, 'nowhere'],
])('a position of %s is %s', (at, age) => expect(ageOf({ at }, NOW)).toBe(age))

describe('nobody moves backwards', () => {
  const later = person({ at: '2026-11-23T05:59:30Z', lng: 121 })

  it('a message that is behind leaves people where they are, and still says that they paused', () => {
    expect(withNewer([later], [person({ paused: true })])).toEqual([{ ...later, paused: true }])
    expect(withNewer([later], [person({ at: null, lng: null })])[0]!.lng).toBe(121)
  })
  it('a newer one moves them, another patrol begins anew, and who is not in it has ended', () => {
    expect(withNewer([person({})], [later])).toEqual([later])
    expect(withNewer([later], [person({ patrol_id: 'q', at: null, lng: null })])[0]!.lng).toBeNull()
    expect(withNewer([later], [])).toEqual([])
  })
})
