import { expect, it } from 'vitest'
import { walkingOrder } from './walk'

const stop = (name: string, lng: number) => ({ name, lng, lat: 31.8 })
const names = (stops: { name: string }[]) => stops.map(({ name }) => name)
const STOPS = [stop('far', 120.5), stop('near', 120.31), stop('middle', 120.4)]

it('walks to the nearest next one from where one stands', () => {
  expect(names(walkingOrder(STOPS, (one) => one, { lng: 120.3, lat: 31.8 }))).toEqual(['near', 'middle', 'far'])
  expect(names(walkingOrder(STOPS, (one) => one, { lng: 120.6, lat: 31.8 }))).toEqual(['far', 'middle', 'near'])
})

it('goes on from each stop, not always from the start', () => {
  const row = [stop('a', 120.3), stop('b', 120.36), stop('west', 120.24)]
  // From 120.3 both others are about as far; having gone east first, the next in the east comes before the west.
  const more = [...row, stop('c', 120.41)]
  expect(names(walkingOrder(more, (one) => one, { lng: 120.301, lat: 31.8 }))).toEqual(['a', 'b', 'c', 'west'])
})

it('begins with the first one where the own place is not known', () => {
  expect(names(walkingOrder(STOPS, (one) => one, null))).toEqual(['far', 'middle', 'near'])
  expect(walkingOrder([], (one: { lng: number; lat: number }) => one, null)).toEqual([])
})

it('keeps every stop, also where several stand at one place', () => {
  const same = [stop('1', 120.3), stop('2', 120.3), stop('3', 120.3)]
  expect(names(walkingOrder(same, (one) => one, null))).toEqual(['1', '2', '3'])
})
