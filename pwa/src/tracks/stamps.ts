/* Small pictures that are drawn once and then stamped onto the map: discs of people, words, rings of stays, diamonds of cases. */
import { FONTS } from '@/map/fonts'
import type { Palette } from '@/map/palette'
import type { Pen } from './sheet'

export interface Stamp {
  picture: ImageBitmap
  /** CSS pixels. */
  width: number
  height: number
}

type OffscreenPen = OffscreenCanvasRenderingContext2D

const FAMILY = FONTS.map((font) => (font === 'sans-serif' ? font : `"${font}"`)).join(',')
const WORDS_PX = 12
const LINE_PX = 16
const HALO_PX = 3.5

export class Stamps {
  private readonly made = new Map<string, Stamp>()

  constructor(private readonly palette: Palette, readonly ratio: number) {}

  /** Somebody's disc; hollow and grey while nobody knows where they are. `words` may be empty. `marked`: their card is open. */
  disc(radius: number, colour: string, words: string, isKnown: boolean, marked: boolean): Stamp {
    const { land, idle, halo, ink } = this.palette
    const edge = isKnown ? (radius > 8 ? 2.5 : 1.5) : 1.5
    const side = 2 * Math.ceil(radius + edge + (marked ? 2.5 : 0))
    return this.stamp(`disc ${radius} ${colour} ${words} ${isKnown} ${marked}`, side, side, (pen) => {
      pen.translate(side / 2, side / 2)
      if (marked) circle(pen, radius + edge + 2, ink)
      circle(pen, radius + edge, isKnown ? halo : idle)
      circle(pen, radius, isKnown ? colour : land)
      pen.fillStyle = isKnown ? halo : idle
      pen.font = `600 ${words.length > 2 ? 10 : 12}px ${FAMILY}`
      pen.textAlign = 'center'
      pen.textBaseline = 'middle'
      pen.fillText(words, 0, 0.5)
    })
  }

  /** Lines of words, with a halo so that they stand off whatever lies below. */
  words(words: string, colour: string): Stamp {
    const lines = words.split('\n')
    const width = Math.ceil(Math.max(...lines.map(widthOf)) + 2 * HALO_PX)
    return this.stamp(`words ${colour} ${words}`, width, LINE_PX * lines.length + HALO_PX, (pen) => {
      pen.font = `${WORDS_PX}px ${FAMILY}`
      pen.textBaseline = 'middle'
      pen.lineJoin = 'round'
      pen.lineWidth = HALO_PX
      pen.strokeStyle = this.palette.halo
      pen.fillStyle = colour
      lines.forEach((line, n) => {
        const at = [HALO_PX, LINE_PX * (n + 0.5) + HALO_PX / 2] as const
        pen.strokeText(line, ...at)
        pen.fillText(line, ...at)
      })
    })
  }

  stay(): Stamp {
    return this.stamp('stay', 14, 14, (pen) => {
      pen.translate(7, 7)
      circle(pen, 6, this.palette.ink)
      circle(pen, 4, this.palette.halo)
    })
  }

  /** Something that happened with a case: no light, so none of their shapes. */
  happening(): Stamp {
    return this.stamp('happening', 20, 20, (pen) => {
      pen.translate(10, 10)
      pen.rotate(Math.PI / 4)
      pen.fillStyle = this.palette.halo
      pen.fillRect(-7, -7, 14, 14)
      pen.fillStyle = this.palette.warn
      pen.fillRect(-5, -5, 10, 10)
    })
  }

  private stamp(name: string, width: number, height: number, draw: (pen: OffscreenPen) => void): Stamp {
    const known = this.made.get(name)
    if (known) return known
    const canvas = new OffscreenCanvas(Math.ceil(width * this.ratio), Math.ceil(height * this.ratio))
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('this browser has no 2D canvas')
    pen.scale(this.ratio, this.ratio)
    draw(pen)
    // Stamping from a canvas would copy it each time.
    const picture = canvas.transferToImageBitmap()
    const made = { picture, width: picture.width / this.ratio, height: picture.height / this.ratio }
    this.made.set(name, made)
    return made
  }
}

/** Puts the middle of a stamp at a place. */
export function stampAt(pen: Pen, { picture, width, height }: Stamp, x: number, y: number): void {
  pen.drawImage(picture, x - width / 2, y - height / 2, width, height)
}

function circle(pen: OffscreenPen, radius: number, colour: string): void {
  pen.beginPath()
  pen.arc(0, 0, radius, 0, 2 * Math.PI)
  pen.fillStyle = colour
  pen.fill()
}

let ruler: OffscreenPen | null = null

function widthOf(words: string): number {
  ruler ??= new OffscreenCanvas(1, 1).getContext('2d')
  if (!ruler) throw new Error('this browser has no 2D canvas')
  ruler.font = `${WORDS_PX}px ${FAMILY}`
  return ruler.measureText(words).width
}
