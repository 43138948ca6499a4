/* How many positions are kept, walking and standing. One degree of latitude is 111.2 km. */
import { describe, expect, it } from 'vitest'
import { fixOf, momentOf } from './fix'
import { signalOf } from './positions'
import { thinning, type Seen } from './thinning'

const METRE = 1 / 111_200
const fix = (second: number, northM: number, accuracyM = 8): Seen => ({ at_ms: second * 1000, lng: 120.3, lat: 31.8 + northM * METRE, accuracy_m: accuracyM })

/** The seconds of which a position was kept, of one each second. */
function kept(seconds: number, northM: (second: number) => number, accuracyM = 8): number[] {
  const isWanted = thinning(5_000, 30_000)
  return Array.from({ length: seconds }, (_, second) => second).filter((second) => isWanted(fix(second, northM(second), accuracyM)))
}

/** A position that wanders by some metres around where the phone lies. */
const wandering = (second: number): number => 5 * Math.sin(second / 7) + 3 * Math.sin(second * 2.1)

describe('what is kept', () => {
  it('on a walk is one each 5 s', () => {
    expect(kept(300, (second) => 1.3 * second)).toHaveLength(60)
  })

  it('while standing is one each 30 s, once it is known that nobody walks', () => {
    const seconds = kept(600, wandering)
    expect(seconds.filter((second) => second < 15)).toEqual([0, 5, 10])
    const steps = seconds.slice(4).map((second, n) => second - seconds[n + 3]!)
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(27)
    expect(Math.max(...steps)).toBeLessThanOrEqual(30)
  })

  it('thickens again soon after the person walks on', () => {
    const seconds = kept(400, (second) => wandering(second) + Math.max(0, second - 300) * 1.3)
    const walked = seconds.filter((second) => second >= 320)
    expect(walked.length).toBeGreaterThanOrEqual(15)
  })

  it('is thin where positions are too coarse to show a walk', () => {
    expect(kept(300, (second) => 1.3 * second, 150).length).toBeLessThan(20)
  })

  it('begins anew with a clock that was set back', () => {
    const isWanted = thinning(5_000, 30_000)
    expect([fix(1000, 0), fix(10, 0), fix(11, 0)].map(isWanted)).toEqual([true, true, false])
  })

  it('also where positions come a little early', () => {
    const isWanted = thinning(5_000, 30_000)
    expect([0, 4.9, 9.8, 14.7].map((second) => isWanted(fix(second, second * 1.3)))).toEqual([true, true, true, true])
  })
})

describe('a position', () => {
  it('keeps what the browser knows and leaves out what it does not', () => {
    const seen = fix(1, 0)
    expect(fixOf(seen, { speed: 1.2, heading: 90 } as GeolocationCoordinates)).toMatchObject({ speed_mps: 1.2, heading_deg: 90, accuracy_m: 8 })
    for (const nothing of [null, NaN, -1]) {
      expect(Object.keys(fixOf(seen, { speed: nothing, heading: nothing } as GeolocationCoordinates))).toEqual(['at', 'lng', 'lat', 'accuracy_m'])
    }
    expect(fixOf(seen, { speed: 0, heading: 0 } as GeolocationCoordinates)).toMatchObject({ speed_mps: 0, heading_deg: 0 })
  })

  it('has the time of its making, unless that is of another clock', () => {
    expect(momentOf(1_000, 4_000)).toBe(1_000)
    expect(momentOf(5_000, 4_000)).toBe(4_000)
    expect(momentOf(4_000, 4_000_000)).toBe(4_000_000)
  })
})

describe('the signal', () => {
  const since = 1_000_000
  const seen = (ageMs: number, accuracyM = 10): Seen => ({ ...fix(0, 0, accuracyM), at_ms: since + 200_000 - ageMs })
  it.each([
    ['good', seen(3_000), null],
    ['coarse', seen(3_000, 101), null],
    ['lost', seen(61_000), 'not_found'],
    ['lost', null, 'not_found'],
    ['denied', seen(3_000), 'denied'],
  ] as const)('is %s', (expected, last, failure) => {
    expect(signalOf(last, failure, since, since + 200_000)).toBe(expected)
  })

  it('is sought at first, where nothing was known within the minute before', () => {
    expect(signalOf({ ...seen(0), at_ms: since - 55_000 }, null, since, since + 10_000)).toBe('searching')
    expect(signalOf({ ...seen(0), at_ms: since - 5_000 }, null, since, since + 10_000)).toBe('good')
  })
})
