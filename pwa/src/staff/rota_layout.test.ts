import { describe, expect, it } from 'vitest'
import { crossesMidnight, lengthMinutes, piecesByDay } from './rota_layout'

const night = { on: '2026-11-23', starts: '20:00:00', ends: '08:00:00' }
const late = { on: '2026-11-23', starts: '16:00', ends: '00:00' }
const day = { on: '2026-11-23', starts: '08:00', ends: '20:00' }
const brief = (pieces: ReturnType<typeof piecesByDay>[number]) => pieces.map(({ from, to, isTail, goesOn, lane, lanes }) => ({ from, to, isTail, goesOn, lane, lanes }))

describe('shifts in a calendar', () => {
  it('draws a shift that crosses midnight on both days', () => {
    const [monday, tuesday] = piecesByDay([night], ['2026-11-23', '2026-11-24'])
    expect(brief(monday!)).toEqual([{ from: 1200, to: 1440, isTail: false, goesOn: true, lane: 0, lanes: 1 }])
    expect(brief(tuesday!)).toEqual([{ from: 0, to: 480, isTail: true, goesOn: false, lane: 0, lanes: 1 }])
  })

  it('shows the tail of a shift that began before the first day', () => {
    expect(brief(piecesByDay([night], ['2026-11-24'])[0]!)[0]).toMatchObject({ from: 0, to: 480, isTail: true })
  })

  it('leaves nothing on the next day of a shift that ends at midnight', () => {
    const [monday, tuesday] = piecesByDay([late], ['2026-11-23', '2026-11-24'])
    expect(brief(monday!)[0]).toMatchObject({ from: 960, to: 1440, goesOn: false })
    expect(tuesday).toEqual([])
  })

  it('puts what overlaps beside each other, and what only touches under each other', () => {
    const [monday] = piecesByDay([day, night, { ...late, ends: '22:00' }], ['2026-11-23'])
    expect(brief(monday!).map(({ from, lane, lanes }) => ({ from, lane, lanes }))).toEqual([
      { from: 480, lane: 0, lanes: 2 },
      { from: 960, lane: 1, lanes: 2 },
      { from: 1200, lane: 0, lanes: 2 },
    ])
    expect(brief(piecesByDay([day, night], ['2026-11-23'])[0]!).every(({ lanes }) => lanes === 1)).toBe(true)
  })

  it('counts a shift that ends when it starts as a whole day', () => {
    expect(crossesMidnight({ starts: '08:00', ends: '08:00' })).toBe(true)
    expect(lengthMinutes({ starts: '08:00', ends: '08:00' })).toBe(1440)
    expect(lengthMinutes(night)).toBe(720)
  })
})
