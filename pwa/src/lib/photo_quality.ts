/* Whether a photo is too blurred or too dark to show anything: a guess for a warning right after the shot, while one can
   still take it again. Never a reason to refuse it.

   The picture is looked at with its long side at 400 px, in grey (ITU-R BT.601), in 4 × 4 blocks. Blur: the variance of the
   Laplacian (4 neighbours) of the third-sharpest block, so that sky and walls do not count. Over the photos of
   tests/data/photos it is 140 to 2500 as they are and at most 12 once blurred by 8 px at 1600 px. */

export const LOOKED_AT_PX = 400
export const BLURRED_BELOW = 20
/** Of 255; a street under lamps at night has about 50. */
export const DARK_BELOW = 32
const BLOCKS = 4
const RANK = 3

export type Flaw = 'blurred' | 'dark'

/** `pixels` is RGBA, row by row. Dark is said rather than blurred: in the dark everything is. */
export function flawOf(pixels: Uint8ClampedArray, width: number, height: number): Flaw | null {
  const grey = Float32Array.from({ length: width * height }, (_, i) => 0.299 * pixels[4 * i]! + 0.587 * pixels[4 * i + 1]! + 0.114 * pixels[4 * i + 2]!)
  if (grey.reduce((sum, one) => sum + one, 0) / grey.length < DARK_BELOW) return 'dark'
  const sharpness = blockVariances(grey, width, height).sort((a, b) => b - a)
  return (sharpness[RANK - 1] ?? Infinity) < BLURRED_BELOW ? 'blurred' : null
}

function blockVariances(grey: Float32Array, width: number, height: number): number[] {
  const sums = Array.from({ length: BLOCKS * BLOCKS }, () => ({ n: 0, sum: 0, squares: 0 }))
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x
      const edge = grey[at - 1]! + grey[at + 1]! + grey[at - width]! + grey[at + width]! - 4 * grey[at]!
      const block = sums[Math.floor((y * BLOCKS) / height) * BLOCKS + Math.floor((x * BLOCKS) / width)]!
      block.n++
      block.sum += edge
      block.squares += edge * edge
    }
  }
  return sums.filter(({ n }) => n > 0).map(({ n, sum, squares }) => squares / n - (sum / n) ** 2)
}
