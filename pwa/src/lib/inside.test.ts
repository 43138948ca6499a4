import { describe, expect, it } from 'vitest'
import { isInside } from './inside'

const square = (from: number, to: number) => [[from, from], [to, from], [to, to], [from, to], [from, from]]
const at = (lng: number, lat: number) => ({ lng, lat })

describe('a point', () => {
  it('lies in an outline or not', () => {
    const outline = { type: 'Polygon' as const, coordinates: [square(0, 4)] }
    expect([at(1, 1), at(5, 1), at(1, 5), at(-1, 1)].map((one) => isInside(one, outline))).toEqual([true, false, false, false])
  })
  it('in a hole is outside', () => {
    const outline = { type: 'Polygon' as const, coordinates: [square(0, 4), square(1, 2)] }
    expect([at(1.5, 1.5), at(3, 3)].map((one) => isInside(one, outline))).toEqual([false, true])
  })
  it('may lie in any part', () => {
    const outline = { type: 'MultiPolygon' as const, coordinates: [[square(0, 1)], [square(2, 3)]] }
    expect([at(0.5, 0.5), at(1.5, 1.5), at(2.5, 2.5)].map((one) => isInside(one, outline))).toEqual([true, false, true])
  })
})
