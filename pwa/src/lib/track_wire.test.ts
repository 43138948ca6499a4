/* The track is read as Python wrote it: track_wire.fixture.json holds bytes of geo/tracks/wire.py and what it reads in them. */
import { describe, expect, it } from 'vitest'
import fixture from './track_wire.fixture.json'
import { decodeTrack } from './track_wire'

const bytes = Uint8Array.from(atob(fixture.track), (letter) => letter.charCodeAt(0))
const base64 = (some: Uint8Array): string => btoa(String.fromCharCode(...some))

describe('a track', () => {
  const track = decodeTrack(fixture.track)

  it('has the points that Python reads', () => {
    expect(track.points.map(({ at_s, lng, lat, gone_m }) => [at_s, lng, lat, gone_m])).toEqual(fixture.points)
  })

  it('is cut where nothing is known', () => {
    expect(track.runs.map((run) => run.length)).toEqual(fixture.run_points)
    expect(track.runs.length).toBeGreaterThan(1)
    expect(track.runs.flat()).toEqual(track.points)
  })

  it('has its stays', () => {
    const index = (point: object): number => track.points.findIndex((one) => one === point)
    expect(track.stays.map((stay) => [index(stay.from), index(stay.to), stay.radius_m])).toEqual(fixture.stays)
    expect(track.stays.length).toBeGreaterThan(0)
  })

  it('without points is empty', () => {
    expect(decodeTrack(base64(new Uint8Array([...'SZT1'].map((letter) => letter.charCodeAt(0)).concat([0, 0, 0, 0, 0]))))).toEqual({ points: [], runs: [], stays: [] })
  })

  it.each([
    ['of another kind', new Uint8Array([1, ...bytes.subarray(1)])],
    ['cut short', bytes.subarray(0, -3)],
    ['with something behind', new Uint8Array([...bytes, 0])],
  ])('%s is none', (_name, wrong) => {
    expect(() => decodeTrack(base64(wrong))).toThrow()
  })
})
