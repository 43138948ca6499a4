/* Reads a day's track as the server writes it: the format stands in geo/tracks/wire.py. Pure. */

const MAGIC = 'SZT1'

/** Points of one day in columns: seconds since 1970, 1e-6 degrees, decimetres gone. `runs`: the first point of each run and, at the end,
    how many points there are; between two runs nothing is known. `stays`: first point, last point, radius in metres. */
export interface Track {
  atS: Float64Array
  lngE6: Int32Array
  latE6: Int32Array
  goneDm: Int32Array
  runs: Int32Array
  stays: [number, number, number][]
}

/** What the base64 says. Throws for anything that is not a track of this version. */
export function readTrack(base64: string): Track {
  const letters = atob(base64)
  // By a plain loop: a callback for each letter takes longer than all the rest of reading.
  const bytes = new Uint8Array(letters.length)
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i)
  return decodeTrack(bytes)
}

export function decodeTrack(bytes: Uint8Array): Track {
  if (String.fromCharCode(...bytes.subarray(0, MAGIC.length)) !== MAGIC) throw new Error('not a track of this version')
  let at = MAGIC.length

  /** By multiplying: a shift would lose what is above 31 bits. */
  function varint(): number {
    const only = bytes[at]
    // Most numbers of a walk are one byte long.
    if (only !== undefined && only < 0x80) {
      at++
      return only
    }
    let number = 0
    let weight = 1
    for (;;) {
      const octet = bytes[at++]
      if (octet === undefined) throw new Error('the track ends too early')
      number += (octet & 0x7f) * weight
      if (octet < 0x80) return number
      weight *= 128
    }
  }
  function signed(): number {
    const number = varint()
    return number % 2 ? -(number + 1) / 2 : number / 2
  }
  /** Every count is followed by at least as many bytes. */
  function count(): number {
    const number = varint()
    if (number > bytes.length) throw new Error('the track ends too early')
    return number
  }
  function column(n: number): Int32Array {
    const values = new Int32Array(n)
    for (let i = 0, value = 0; i < n; i++) values[i] = value += signed()
    return values
  }

  const startS = signed()
  // Whoever stands for a day is in very few bytes, but every point has at least three of its own.
  const n = count()
  const runs = new Int32Array(count() + 1)
  for (let i = 1; i < runs.length; i++) runs[i] = runs[i - 1]! + varint()
  const atS = new Float64Array(n)
  let point = 0
  let second = startS
  for (let pairs = count(); pairs > 0; pairs--) {
    const step = signed()
    for (let times = varint(); times > 0 && point < n; times--) atS[point++] = second += step
  }
  if (point !== n || runs[runs.length - 1] !== n) throw new Error('the counts of the track do not agree')
  const [lngE6, latE6, goneDm] = [column(n), column(n), column(n)]
  const stays: Track['stays'] = []
  for (let left = count(), last = 0; left > 0; left--) {
    const first = last + varint()
    last = first + varint()
    stays.push([first, last, varint()])
  }
  if (at !== bytes.length) throw new Error('something follows the track')
  return { atS, lngE6, latE6, goneDm, runs, stays }
}

export interface TrackPoint {
  /** Seconds since 1970. */
  at_s: number
  lng: number
  lat: number
  /** Metres gone since the day began. */
  gone_m: number
}

/** One point of a track. */
export function pointOf(track: Track, i: number): TrackPoint {
  return { at_s: track.atS[i]!, lng: track.lngE6[i]! / 1e6, lat: track.latE6[i]! / 1e6, gone_m: track.goneDm[i]! / 10 }
}

/** The points of each unbroken run. */
export function runsOf(track: Track): TrackPoint[][] {
  return Array.from(track.runs.subarray(1), (end, n) => Array.from({ length: end - track.runs[n]! }, (_, i) => pointOf(track, track.runs[n]! + i)))
}
