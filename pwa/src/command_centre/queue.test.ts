import { describe, expect, it } from 'vitest'
import { exampleCase, fromNoon, NOON } from './example_cases'
import { countOf, filterNamed, GROUPS, inQueueOrder, isIn } from './queue'

const inTime = exampleCase('in-time')
const soon = exampleCase('soon', { warn_at: fromNoon(-5), due_at: fromNoon(10) })
const late = exampleCase('late', { due_at: fromNoon(-1) })
const later = exampleCase('later', { due_at: fromNoon(-20) })
const waiting = exampleCase('waiting', { status: 'pending_dispatch', squad: null, due_at: fromNoon(14) })
const closed = exampleCase('closed', { status: 'closed', due_at: null })
const order = (...rows: Parameters<typeof inQueueOrder>[0]) => inQueueOrder(rows, NOON).map((row) => row.code)

describe('the order of the queue', () => {
  it('puts a case that waits for the operator above even the latest one', () => {
    expect(order(inTime, late, waiting)).toEqual(['waiting', 'late', 'in-time'])
  })

  it('counts what is asked of the operator as waiting', () => {
    expect(order(late, exampleCase('asks', { asked: ['extension'] }))).toEqual(['asks', 'late'])
  })

  it('puts an emergency above everything', () => {
    expect(order(late, waiting, exampleCase('emergency', { severity: 'emergency' }))).toEqual(['emergency', 'waiting', 'late'])
  })

  it('puts the worst light first and, of the same light, the earlier deadline', () => {
    expect(order(inTime, soon, late, later)).toEqual(['later', 'late', 'soon', 'in-time'])
  })

  it("takes the server's moment of warning, not a share of the wall clock", () => {
    const overnight = exampleCase('overnight', { starts_at: fromNoon(-1000), warn_at: fromNoon(30), due_at: fromNoon(60) })
    expect(isIn('soon', overnight, NOON)).toBe(false)
    expect(isIn('soon', overnight, new Date(fromNoon(30)))).toBe(true)
  })

  it('puts what has ended last', () => {
    expect(order(closed, inTime)).toEqual(['in-time', 'closed'])
  })
})

describe('the counters', () => {
  const rows = [inTime, soon, late, later, waiting, closed]

  it('count by state and by lateness', () => {
    expect(countOf('open', rows, NOON)).toBe(5)
    expect(countOf('in_hand', rows, NOON)).toBe(4)
    expect(countOf('pending_dispatch', rows, NOON)).toBe(1)
    expect(countOf('late', rows, NOON)).toBe(2)
    expect(countOf('soon', rows, NOON)).toBe(1)
    expect(countOf('ended', rows, NOON)).toBe(1)
  })

  it.each([
    ['verifying', { status: 'verifying' }],
    ['pending_filing', { status: 'pending_filing' }],
    ['extension', { asked: ['extension'] }],
    ['suspension', { asked: ['suspension'] }],
    ['void', { asked: ['void'] }],
    ['supervised', { reply_by: fromNoon(20) }],
    ['whistled', { arrive_by: fromNoon(20) }],
    ['suspended', { status: 'suspended', due_at: fromNoon(-5), resume_on: '2026-12-24' }],
    ['pending_inspection', { status: 'pending_inspection' }],
    ['rework', { status: 'rework' }],
    ['emergency', { severity: 'emergency' }],
  ] as const)('%s', (group, over) => {
    const row = exampleCase('x', over as never)
    const found = GROUPS.filter((each) => each !== 'in_hand' && isIn(each, row, NOON))
    expect(found).toEqual([group])
  })

  it('never count an ended case as late, asked for, or awaited', () => {
    const ended = exampleCase('x', { status: 'voided', due_at: fromNoon(-5), reply_by: fromNoon(-5), arrive_by: fromNoon(-5) })
    expect(GROUPS.filter((group) => isIn(group, ended, NOON))).toEqual([])
  })
})

it('an address names a filter, and an unknown name none', () => {
  expect(filterNamed('pending_filing')).toBe('pending_filing')
  expect(filterNamed('ended')).toBe('ended')
  expect(filterNamed('no such')).toBe('open')
  expect(filterNamed(undefined)).toBe('open')
})
