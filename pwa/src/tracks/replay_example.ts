/* A short day for the tests of the player: an hour with a stay, a gap and a step with a case. */
import type { Schemas } from '@/api/client'
import { dayOf, type PersonDay, type ReplayDay } from './day'

const BASE = Date.parse('2026-11-23T01:00:00Z')
const at = (second: number): string => new Date(BASE + second * 1000).toISOString()

/** Points every 10 s from 0 to 300 and from 900 to 1,200, 10 m apart but for a stay from 100 to 200. */
export function examplePerson(n = 0): PersonDay {
  const seconds = [...range(0, 300), ...range(900, 1200)]
  const gone = seconds.map((s) => (s <= 100 ? s : s <= 200 ? 100 : s <= 300 ? s - 100 : s - 700) * 10)
  return {
    id: `person-${n}`,
    n,
    about: { name: `网格员 00${n}`, coverage: {} } as unknown as Schemas['ReplayPerson'],
    way: {
      atS: Int32Array.from(seconds),
      lngE6: Int32Array.from(gone, (dm) => 120_000_000 + dm),
      latE6: Int32Array.from(seconds, () => 31_800_000),
      goneDm: Int32Array.from(gone),
      runs: Int32Array.from([0, 31, 62]),
    },
    patrols: [{ startS: 0, endS: 1300 }],
    stays: [{ startS: 100, endS: 200, lng: 120.001, lat: 31.8 }],
    gaps: [{ startS: 300, endS: 900, why: 'hidden' }],
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / 10 + 1 }, (_, i) => from + i * 10)
}

/** As the server tells a day without tracks. */
export function exampleDay(): ReplayDay {
  const person = { staff_id: 'a', patrols: [{ started_at: at(60), ended_at: null }], stays: [], gaps: [], track: '', objections: [], coverage: {} }
  const steps = [{ at: at(-600), by: 'a', to_status: 'handling', photos: [] }, { at: at(90), by: 'a', to_status: 'handling', photos: ['x'] }]
  return dayOf({ on_day: '2026-11-23', as_of: at(3600), people: [person], cases: [{ case: { id: 'c' }, steps }] } as unknown as Schemas['Replay'])
}
