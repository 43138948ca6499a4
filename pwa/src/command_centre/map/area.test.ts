import { describe, expect, it } from 'vitest'
import { areaQuery, MOST_CORNERS, ringOf, withFewCorners } from './area'

const circle = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ lng: 120.3 + 0.01 * Math.cos((i / n) * 2 * Math.PI), lat: 31.8 + 0.01 * Math.sin((i / n) * 2 * Math.PI) }))

describe('an area drawn by hand', () => {
  it('has no more corners than the server takes, and still the same shape', () => {
    const kept = withFewCorners(circle(1_000))
    expect(kept.length).toBeLessThanOrEqual(MOST_CORNERS)
    expect(kept.length).toBeGreaterThan(20)
    for (const { lng, lat } of kept) expect(Math.hypot(lng - 120.3, lat - 31.8)).toBeCloseTo(0.01, 6)
  })

  it('with few corners is left alone', () => {
    expect(withFewCorners(circle(8))).toEqual(circle(8))
  })

  it('is asked for corner by corner, longitude first', () => {
    expect(areaQuery({ kind: 'polygon', corners: [{ lng: 120.1, lat: 31.8 }, { lng: 120.2, lat: 31.8 }, { lng: 120.2, lat: 31.9 }] })).toEqual({
      within: '120.100000,31.800000;120.200000,31.800000;120.200000,31.900000',
    })
    expect(areaQuery({ kind: 'box', bounds: [1, 2, 3, 4] })).toEqual({ bbox: '1,2,3,4' })
  })

  it('is closed where it is drawn', () => {
    const ring = ringOf({ kind: 'box', bounds: [1, 2, 3, 4] })
    expect(ring[0]).toEqual(ring.at(-1))
  })
})
