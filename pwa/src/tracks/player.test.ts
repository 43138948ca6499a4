import { describe, expect, it } from 'vitest'
import { whenCovered, cellAt } from './cells'
import { momentAt, lastPoint } from './moment'
import { advance, movingSpans, nextSpeed, pastSkips, quietSpans, secondOfLink, timeInLink } from './player_clock'
import { exampleDay, examplePerson } from './replay_example'

const person = examplePerson()

describe('where somebody is at a second', () => {
  it.each([
    [-1, 'before', 0],
    [0, 'moving', 0],
    [55, 'moving', 55],
    [150, 'staying', 100],
    [250, 'moving', 150],
    [300, 'unknown', 200],
    [301, 'unknown', 200],
    [899, 'unknown', 200],
    [900, 'moving', 200],
    [1195, 'moving', 495],
    [1250, 'after', 500],
  ])('second %d: %s after %d m', (second, state, metres) => {
    const moment = momentAt(person, second)!
    expect([moment.state, moment.goneM]).toEqual([state, metres])
  })

  it('in a gap it is the last known place, whatever comes after', () => {
    expect(momentAt(person, 600)).toMatchObject({ lng: 120.002, gap: { why: 'hidden' } })
  })

  it('a gap that nobody named is one too', () => {
    expect(momentAt({ ...person, gaps: [] }, 600)).toMatchObject({ state: 'unknown', lng: 120.002, goneM: 200 })
  })

  it('never goes back and never loses a metre, second by second', () => {
    let gone = 0
    for (let second = -5; second < 1400; second++) {
      const { goneM } = momentAt(person, second)!
      expect(goneM).toBeGreaterThanOrEqual(gone)
      gone = goneM
    }
  })

  it('the search agrees with a look through the list', () => {
    const { atS } = person.way
    for (let second = -2; second < 1300; second += 7) expect(lastPoint(atS, second)).toBe(atS.findLastIndex((s) => s <= second))
  })
})

describe('the clock', () => {
  it('goes as fast as it says, and a frame that came late does not leap', () => {
    expect(advance(0, 100, 600, [])).toBe(60)
    expect(advance(0, 60_000, 600, [])).toBe(150)
  })

  it('leaves out stops of everybody, not of one', () => {
    expect(quietSpans([person], 1300)).toEqual([
      { startS: 100, endS: 200 },
      { startS: 300, endS: 900 },
      { startS: 1200, endS: 1300 },
    ])
    const other = { ...examplePerson(1), stays: [], gaps: [] }
    expect(quietSpans([person, other], 1300)).toEqual([
      { startS: 300, endS: 900 },
      { startS: 1200, endS: 1300 },
    ])
  })

  it('lands at the end of a stop', () => {
    const skips = quietSpans([person], 1300)
    expect([99, 100, 150, 200, 250, 650].map((s) => pastSkips(s, skips))).toEqual([99, 200, 200, 200, 250, 900])
  })

  it('knows when somebody moves', () => {
    expect(movingSpans(person).map(({ startS, endS }) => [startS, endS])).toEqual([[0, 100], [200, 300], [900, 1200]])
  })

  it('has no speed beyond the ends', () => {
    expect([nextSpeed(1, -1), nextSpeed(1, 1), nextSpeed(60, -1), nextSpeed(600, 1)]).toEqual([1, 10, 10, 600])
  })

  it('is written into a link by the town’s own time, and read from it', () => {
    const base = Date.parse('2026-11-23T01:00:00Z')
    expect(timeInLink(base, '2026-11-23', 125)).toBe('09:02:05')
    expect(secondOfLink(base, '2026-11-23', '09:02:05')).toBe(125)
    expect(secondOfLink(base, '2026-11-22', '33:02:05')).toBe(125)
    expect(secondOfLink(base, '2026-11-23', 'noon')).toBeNull()
  })
})

describe('a day as the server tells it', () => {
  it('begins with the first patrol, and one that goes on lasts until the server’s now', () => {
    const day = exampleDay()
    expect(day.people[0]!.patrols).toEqual([{ startS: 0, endS: 3540 }])
    expect(day.endS).toBe(3540)
  })

  it('holds what was done within it, not before', () => {
    expect(exampleDay().happenings).toMatchObject([{ atS: 30, person: 0, photos: ['x'] }])
  })

  it('without a track has nobody on the map', () => {
    expect(momentAt(exampleDay().people[0]!, 100)).toBeNull()
  })
})

it('cells are covered when the walk first came by, and only those that count', () => {
  const cell = cellAt(120.001, 31.8)
  const covered = { ...person, about: { ...person.about, coverage: { g: [cell] } } }
  const when = whenCovered(covered)
  expect([...when.keys()]).toEqual([cell])
  expect(when.get(cell)).toBeLessThanOrEqual(100)
})
