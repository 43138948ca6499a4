import { describe, expect, it } from 'vitest'
import { linkTo, parseAddress } from '@/lib/address'
import { exampleCase, NOON } from './example_cases'
import { asked, EVERYTHING_OPEN, filterAt, isAnsweredByRows, isNarrowed, isShown, queryOf, without, type QueueFilter } from './queue_filter'

const NARROW: QueueFilter = {
  ...EVERYTHING_OPEN,
  group: 'late', grid: '320281104206', matter: ['E01', 'E0203'], severity: ['urgent'], squad: 'xxk-squad-1', source: ['resident', 'hotline'], tier: '3',
  opened_from: '2026-11-01', opened_to: '2026-11-23', text: '校门口 & 垃圾', sort: 'opened',
}
const through = (filter: QueueFilter) => filterAt(parseAddress(linkTo([], queryOf(filter))).query)

describe('an address', () => {
  it('carries the whole filter there and back', () => {
    expect(through(NARROW)).toEqual(NARROW)
    expect(through({ ...EVERYTHING_OPEN, group: 'ended', sort: 'updated', closed_from: '2026-11-01', closed_to: '2026-11-02' })).toEqual({
      ...EVERYTHING_OPEN, group: 'ended', sort: 'updated', closed_from: '2026-11-01', closed_to: '2026-11-02',
    })
  })

  it('is bare for everything that is open', () => {
    expect(linkTo([], queryOf(EVERYTHING_OPEN))).toBe('#/')
  })

  it('leaves out what nobody knows', () => {
    expect(filterAt({ queue: 'no such', severity: 'urgent,pink', sort: 'colour', opened_from: 'yesterday' })).toEqual({ ...EVERYTHING_OPEN, severity: ['urgent'] })
  })

  it('takes a part that is given several times as several values', () => {
    expect(filterAt(parseAddress('#/?matter=E01&matter=E02').query).matter).toEqual(['E01', 'E02'])
  })
})

it('is asked of the server in the words of its API', () => {
  const query = asked(NARROW)
  expect(query).toMatchObject({ group: 'late', matter: ['E01', 'E0203'], sort: 'opened', text: '校门口 & 垃圾' })
  expect(query).not.toHaveProperty('closed_from')
  expect(asked(EVERYTHING_OPEN)).toEqual({ group: 'open', sort: 'due' })
})

it('narrows rows as the server does', () => {
  const row = exampleCase('JY-1', { words: '校门口垃圾', due_at: NOON.toISOString() })
  const shown = (over: Partial<QueueFilter>) => isShown({ ...EVERYTHING_OPEN, ...over }, row, NOON)
  expect(shown({})).toBe(true)
  expect(shown({ grid: '320281104206' })).toBe(true)
  expect(shown({ grid: '320281104200' })).toBe(false)
  expect(shown({ matter: ['E02', 'E01'] })).toBe(true)
  expect(shown({ matter: ['E02'] })).toBe(false)
  expect(shown({ severity: ['urgent'] })).toBe(false)
  expect(shown({ squad: 'xxk-squad-2' })).toBe(false)
  expect(shown({ source: ['hotline'] })).toBe(false)
  expect(shown({ tier: '2' })).toBe(true)
  expect(shown({ tier: '3' })).toBe(false)
  expect(shown({ text: 'jy-1' })).toBe(true)
  expect(shown({ text: '校门口' })).toBe(true)
  expect(shown({ text: '公园' })).toBe(false)
  expect(shown({ opened_from: '2026-11-23', opened_to: '2026-11-23' })).toBe(true)
  expect(shown({ opened_to: '2026-11-22' })).toBe(false)
})

it('knows which lists only the server can make', () => {
  expect(isAnsweredByRows(NARROW)).toBe(true)
  expect(isAnsweredByRows({ ...EVERYTHING_OPEN, group: 'not_satisfied' })).toBe(false)
  expect(isAnsweredByRows({ ...EVERYTHING_OPEN, group: 'ended' })).toBe(false)
})

it('is taken back part by part', () => {
  expect(isNarrowed(NARROW)).toBe(true)
  expect(without(NARROW, 'matter').matter).toEqual([])
  const bare = (['grid', 'matter', 'severity', 'squad', 'source', 'tier', 'opened_from', 'opened_to', 'text'] as const).reduce(without, NARROW)
  expect(isNarrowed(bare)).toBe(false)
})
