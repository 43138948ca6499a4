import { describe, expect, it } from 'vitest'
import { flawOf } from './photo_quality'

const WIDTH = 80
const HEIGHT = 60

/** RGBA of a grey picture. */
function picture(grey: (x: number, y: number) => number): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(WIDTH * HEIGHT * 4)
  for (let i = 0; i < WIDTH * HEIGHT; i++) pixels.fill(grey(i % WIDTH, Math.floor(i / WIDTH)), 4 * i, 4 * i + 3)
  return pixels
}
const flaw = (grey: (x: number, y: number) => number) => flawOf(picture(grey), WIDTH, HEIGHT)

describe('a photo is warned about', () => {
  it('when nothing in it is sharp', () => expect(flaw((x) => 120 + 60 * Math.sin(x / 12))).toBe('blurred'))
  it('when it is dark, whatever else it is', () => {
    expect(flaw(() => 10)).toBe('dark')
    expect(flaw((x, y) => ((x + y) % 2) * 50)).toBe('dark')
  })
})

describe('a photo is left alone', () => {
  it('when it is sharp', () => expect(flaw((x, y) => ((x >> 2) + (y >> 2)) % 2 ? 200 : 60)).toBeNull())
  it('when it is a plain wall with something sharp in front of it', () => expect(flaw((x, y) => (x > 44 && y > 33 && (x + y) % 3 ? 60 : 180))).toBeNull())
  it('when it is a street at night under lamps', () => expect(flaw((x, y) => ((x + y) % 8 ? 40 : 150))).toBeNull())
})
