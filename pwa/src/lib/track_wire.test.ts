import { describe, expect, it } from 'vitest'
import fixture from './track_from_python.json'
import { decodeTrack, pointOf, readTrack, runsOf } from './track_wire'

/* The fixture is made by `python -m tests.geo.tracks.track_for_pages`; a test over there says when it is out of date. */

const bytes = (): Uint8Array => Uint8Array.from(atob(fixture.track), (letter) => letter.charCodeAt(0))

describe('a track that Python wrote', () => {
  it('says the same here, point by point', () => {
    const track = readTrack(fixture.track)
    expect([...track.atS]).toEqual(fixture.at_s)
    expect([...track.lngE6]).toEqual(fixture.lng_e6)
    expect([...track.latE6]).toEqual(fixture.lat_e6)
    expect([...track.goneDm]).toEqual(fixture.gone_dm)
    expect([...track.runs]).toEqual(fixture.run_points.reduce((ends, n) => [...ends, ends.at(-1)! + n], [0]))
    expect(track.stays).toEqual(fixture.stays)
    expect(track.stays.length).toBeGreaterThan(1)
    expect(fixture.run_points.length).toBeGreaterThan(1)
  })

  it('is refused when it is cut anywhere, goes on, or is of another version', () => {
    const whole = bytes()
    for (let length = 0; length < whole.length; length++) expect(() => decodeTrack(whole.subarray(0, length)), `cut at ${length}`).toThrow()
    expect(() => decodeTrack(Uint8Array.from([...whole, 0]))).toThrow('follows')
    whole[3] = 0x32
    expect(() => decodeTrack(whole)).toThrow('version')
  })

  it('does not take a huge count for granted', () => {
    expect(() => decodeTrack(Uint8Array.from([0x53, 0x5a, 0x54, 0x31, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]))).toThrow('too early')
  })

  it('without points is empty', () => {
    expect(readTrack(btoa('SZT1\0\0\0\0\0')).atS).toHaveLength(0)
  })
})

describe('the points of a track', () => {
  const track = readTrack(fixture.track)

  it('are those of its runs, in degrees and metres', () => {
    const runs = runsOf(track)
    expect(runs.map((run) => run.length)).toEqual(fixture.run_points)
    expect(runs.flat().map((point) => point.at_s)).toEqual(fixture.at_s)
    expect(runs.flat()[5]).toEqual(pointOf(track, 5))
    expect(pointOf(track, 5).lng).toBeCloseTo(fixture.lng_e6[5]! / 1e6, 9)
    expect(pointOf(track, 5).gone_m).toBeCloseTo(fixture.gone_dm[5]! / 10, 9)
  })
})
