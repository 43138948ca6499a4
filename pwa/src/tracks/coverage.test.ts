import { expect, it } from 'vitest'
import { fifthOf, nearestRoad, stepOf } from './coverage'

it.each([[0, 0], [1, 1], [2, 1], [6, 3], [7, 7], [29, 7], [30, 30], [89, 30], [90, 90], [null, 90]])('%s days ago is in the step that begins at %s', (days, step) =>
  expect(stepOf(days)).toBe(step))

it.each([[0, 0], [0.19, 0], [0.2, 1], [0.99, 4], [1, 4]])('a share of %d is in fifth %d', (share, fifth) => expect(fifthOf(share)).toBe(fifth))

const line = (name: string, coordinates: number[][]) => ({ type: 'Feature' as const, properties: { name }, geometry: { type: 'LineString' as const, coordinates } })

it('finds the nearest road with a name, between its corners too', () => {
  const base = {
    type: 'FeatureCollection' as const,
    features: [line('璜塘路', [[120, 31.8], [120.02, 31.8]]), line('', [[120.01, 31.801], [120.011, 31.801]]), line('人民路', [[120.01, 31.81], [120.02, 31.81]])],
  }
  const near = nearestRoad(base, { lng: 120.0101, lat: 31.801 })!
  expect(near.name).toBe('璜塘路')
  expect(near.metres).toBeCloseTo(111, -1)
  expect(nearestRoad({ type: 'FeatureCollection', features: [] }, { lng: 120, lat: 31 })).toBeNull()
})
