import { describe, expect, it } from 'vitest'
import { inOrder, nearestFirst, onTheWay } from './lists'
import type { CaseSummary } from './names'

const NOW = new Date('2026-11-20T04:00:00Z')
const HERE = { lng: 120.3, lat: 31.8 }
const hours = (h: number): string => new Date(NOW.getTime() + h * 3_600_000).toISOString()
const make = (id: string, warnH: number, dueH: number, east = 0, over: Partial<CaseSummary> = {}): CaseSummary =>
  ({ id, status: 'handling', warn_at: hours(warnH), due_at: hours(dueH), place: { lng: HERE.lng + east, lat: HERE.lat }, ...over }) as CaseSummary
const ids = (items: CaseSummary[], here: typeof HERE | null = HERE) => inOrder(items, here, NOW).map((it) => it.id)

describe('what waits for a squad', () => {
  it('overdue, then nearly due by the server’s clock, then the rest', () => {
    expect(ids([make('green', 8, 10), make('late', -3, -1), make('soon', -1, 9)])).toEqual(['late', 'soon', 'green'])
  })
  it('within a light the nearest first', () => {
    expect(ids([make('far', 8, 9, 0.1), make('near', 8, 20, 0.01), make('late and far', -2, -1, 0.5)])).toEqual(['late and far', 'near', 'far'])
  })
  it('in the server’s order where the own place is not known', () => {
    expect(ids([make('far', 8, 9, 0.1), make('near', 8, 20, 0.01)], null)).toEqual(['far', 'near'])
  })
  it('suspended ones last, the next to be resumed before the others', () => {
    const rests = (id: string, resume_on: string) => make(id, 0, 0, 0, { status: 'suspended', due_at: null, warn_at: null, resume_on })
    expect(ids([rests('spring', '2027-03-01'), rests('december', '2026-12-05'), make('green', 8, 10, 0.4)])).toEqual(['green', 'december', 'spring'])
  })
})

it('what is to be inspected is a walk', () => {
  const stops = [make('far', 1, 2, 0.2), make('near', 1, 2, 0.01), make('middle', 1, 2, 0.1)]
  expect(onTheWay(stops, HERE).map((it) => it.id)).toEqual(['near', 'middle', 'far'])
})

it('what is open around stands nearest first, and in the server’s order where the own place is not known', () => {
  const cases = [make('far', 1, 2, 0.2), make('late but middle', -3, -1, -0.1), make('near', 1, 2, 0.01)]
  expect(nearestFirst(cases, HERE).map((it) => it.id)).toEqual(['near', 'late but middle', 'far'])
  expect(nearestFirst(cases, null)).toEqual(cases)
})
