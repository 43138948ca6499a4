import { describe, expect, it } from 'vitest'
import { areaM2, lengthM } from './geodesy'

/* Reference values: pyproj 3.7, Geod(ellps="WGS84"). */
const town = [{ lng: 120.2, lat: 31.75 }, { lng: 120.45, lat: 31.78 }, { lng: 120.41, lat: 31.92 }, { lng: 120.22, lat: 31.9 }]
const yard = [{ lng: 120.3, lat: 31.8 }, { lng: 120.301, lat: 31.8 }, { lng: 120.301, lat: 31.801 }]
const within = (parts: number, expected: number, found: number) => expect(Math.abs(found / expected - 1)).toBeLessThan(parts)

describe('on the ground', () => {
  it('lengths are those of the ellipsoid', () => {
    within(1e-5, 58002.0919, lengthM(town))
    within(1e-5, 205.581, lengthM(yard))
  })

  it('areas are those of the ellipsoid, whichever way round', () => {
    // Of 24 km: a straight line on our map is no geodesic, and encloses a little more or less.
    within(3e-4, 337426082.6, areaM2(town))
    within(1e-4, 5250.1968, areaM2(yard.toReversed()))
  })

  it('a line has no area', () => {
    expect(areaM2(town.slice(0, 2))).toBe(0)
    expect(lengthM(town.slice(0, 1))).toBe(0)
  })
})
