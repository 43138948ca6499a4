import { describe, expect, it } from 'vitest'
import { exampleCase, fromNoon } from './example_cases'
import { unlistedIn, withNewer, withRow } from './live_cases'

const one = exampleCase('1', { version: 2 })

describe('a changed case', () => {
  it('replaces the older row and is added when new', () => {
    expect(withRow([one], { ...one, version: 3 })).toEqual([{ ...one, version: 3 }])
    expect(withRow([one], exampleCase('2'))).toHaveLength(2)
  })

  it('is ignored when a newer one is held, because answers may overtake each other', () => {
    expect(withRow([one], { ...one, version: 1 })).toEqual([one])
  })
})

describe('a snapshot', () => {
  it('drops what it no longer has, and keeps what changed after it was taken', () => {
    const gone = exampleCase('gone', { updated_at: fromNoon(-1) })
    const fresh = exampleCase('fresh', { updated_at: fromNoon(1) })
    expect(withNewer([one], [gone, fresh], fromNoon(0)).map((row) => row.code)).toEqual(['1', 'fresh'])
  })

  it('does not put an older row over a newer one', () => {
    expect(withNewer([one], [{ ...one, version: 5 }], fromNoon(0))[0]?.version).toBe(5)
  })
})

it('says how many open cases a snapshot counts but does not list', () => {
  const counts = { pending_ack: 3, pending_dispatch: 1 }
  expect(unlistedIn({ counts, cases: [one, exampleCase('done', { status: 'closed' })] })).toBe(3)
  expect(unlistedIn({ counts: { pending_ack: 1 }, cases: [one] })).toBe(0)
})
