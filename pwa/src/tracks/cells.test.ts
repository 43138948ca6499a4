import { expect, it } from 'vitest'
import { boundsOfCell, cellAt } from './cells'
import fixture from '@/lib/track_from_python.json'

it('the cells of coverage are those of Python', () => {
  fixture.cells.forEach((cell, n) => {
    expect(cellAt(fixture.lng_e6[n]! / 1e6, fixture.lat_e6[n]! / 1e6)).toBe(cell)
    boundsOfCell(cell).forEach((side, i) => expect(side).toBeCloseTo(fixture.bounds[n]![i]!, 9))
  })
})
