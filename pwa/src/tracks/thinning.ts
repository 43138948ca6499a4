/* The points of a way that are worth drawing at a scale, and which of them a clock has passed. Pure. */
import type { Way } from './day'

/** Columns by point that is kept; `begins` is 1 where a run begins, to which no leg leads. */
export interface Kept {
  atS: Int32Array
  x: Float32Array
  y: Float32Array
  begins: Uint8Array
}

/** Both ends of every run, and between them what is `apartPx` from the last one kept. `x`, `y`: the flat way. */
export function keptAt({ atS, runs }: Way, { x, y }: { x: Float32Array; y: Float32Array }, scale: number, apartPx: number): Kept {
  const places = new Uint32Array(atS.length)
  const least = (apartPx / scale) ** 2
  let count = 0
  for (let run = 0; run + 1 < runs.length; run++) {
    const last = runs[run + 1]! - 1
    for (let i = runs[run]!, kept = -1; i <= last; i++) {
      if (kept >= 0 && i < last && (x[i]! - x[kept]!) ** 2 + (y[i]! - y[kept]!) ** 2 < least) continue
      places[count++] = kept = i
    }
  }
  const result: Kept = { atS: new Int32Array(count), x: new Float32Array(count), y: new Float32Array(count), begins: new Uint8Array(count) }
  for (let n = 0, run = 0; n < count; n++) {
    const i = places[n]!
    result.atS[n] = atS[i]!
    result.x[n] = x[i]!
    result.y[n] = y[i]!
    while (run + 1 < runs.length && runs[run]! < i) run++
    if (runs[run] === i) result.begins[n] = 1
  }
  return result
}
