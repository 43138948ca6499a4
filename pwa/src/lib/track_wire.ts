/* Reads a day's track as the server writes it. The format is described in geo/tracks/wire.py. */

export interface TrackPoint {
  /** Seconds since 1970. */
  at_s: number
  lng: number
  lat: number
  /** Metres gone since the day began. */
  gone_m: number
}

export interface Track {
  points: TrackPoint[]
  /** Between two runs nothing is known. */
  runs: TrackPoint[][]
  stays: { from: TrackPoint; to: TrackPoint; radius_m: number }[]
}

const MAGIC = 'SZT1'
const DEGREE_STEPS = 1_000_000
const DECIMETRES = 10

/** Throws for anything that the server has not written. */
export function decodeTrack(base64: string): Track {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const next = numbersOf(bytes)
  const start = signed(next())
  const count = next()
  const lengths = Array.from({ length: next() }, next)
  const at = steps(start, Array.from({ length: next() }, () => [signed(next()), next()] as const))
  if (at.length !== count || lengths.reduce((sum, length) => sum + length, 0) !== count) throw new Error('the track’s counts do not agree')
  const [lng, lat, gone] = [sums(count, next), sums(count, next), sums(count, next)]
  const points = at.map((at_s, i) => ({ at_s, lng: lng[i]! / DEGREE_STEPS, lat: lat[i]! / DEGREE_STEPS, gone_m: gone[i]! / DECIMETRES }))
  let last = 0
  const stays = Array.from({ length: next() }, () => {
    const first = last + next()
    last = first + next()
    const [from, to] = [points[first], points[last]]
    if (!from || !to) throw new Error('a stay lies outside the track')
    return { from, to, radius_m: next() }
  })
  next.end()
  let from = 0
  const runs = lengths.map((length) => points.slice(from, (from += length)))
  return { points, runs, stays }
}

/** Numbers may pass 2^31: added by multiplying, not by shifting. */
function numbersOf(bytes: Uint8Array): (() => number) & { end: () => void } {
  if (String.fromCharCode(...bytes.subarray(0, MAGIC.length)) !== MAGIC) throw new Error('not a track of this version')
  let at = MAGIC.length
  const next = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('the track ends too early')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  const end = (): void => {
    if (at !== bytes.length) throw new Error('something follows the track')
  }
  return Object.assign(next, { end })
}

const signed = (zigzag: number): number => (zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2)

function steps(start: number, pairs: (readonly [step: number, points: number])[]): number[] {
  const at: number[] = []
  let now = start
  for (const [step, points] of pairs) for (let i = 0; i < points; i++) at.push((now += step))
  return at
}

function sums(count: number, next: () => number): number[] {
  let sum = 0
  return Array.from({ length: count }, () => (sum += signed(next())))
}
