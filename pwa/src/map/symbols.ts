/** The map's own pictures, drawn on canvas: the lights ● ▲ ■ in three sizes, the badges of people, and the hatching of exclusive
    grids. */
import type { Map } from 'maplibre-gl'

import type { Palette } from './palette'

const PIXEL_RATIO = 2

/** Draw the picture that the style asks for by name: light-0..3, lit-0..3, cluster-0..3 (the number is the light's rank), hatch,
    badge-fresh, badge-ageing, badge-silent (how old a person's position is), spot, happening. */
export function addSymbol(map: Map, name: string, palette: Palette): void {
  const picture = name === 'hatch' ? drawHatch(palette.brand) : name === 'happening' ? drawDiamond(palette) : BADGES.includes(name) ? drawBadge(name, palette) : drawMarkNamed(name, palette)
  if (!map.hasImage(name)) map.addImage(name, picture, { pixelRatio: PIXEL_RATIO })
}

const SIZE_PX: Record<string, number> = { light: 16, lit: 26, cluster: 30 }

function drawMarkNamed(name: string, palette: Palette): ImageData {
  const [kind = '', number = '0'] = name.split('-')
  const rank = Number(number)
  const colour = [palette.idle, palette.ok, palette.warn, palette.urgent][rank] ?? palette.idle
  const ring = kind === 'lit' ? palette.ink : undefined
  return drawMark(rank, { size_px: SIZE_PX[kind] ?? 16, colour, halo: palette.halo, ring })
}

interface Mark {
  size_px: number
  colour: string
  halo: string
  /** Colour of a second line outside the halo, for a mark that is lit up. */
  ring: string | undefined
}

function drawMark(rank: number, { size_px, colour, halo, ring }: Mark): ImageData {
  const margin_px = ring ? 6 : 4
  const side_px = size_px + 2 * margin_px
  const pen = canvas(side_px)
  pen.lineJoin = 'round'
  outline(pen, rank, side_px / 2, size_px)
  if (ring) stroke(pen, ring, 9)
  stroke(pen, halo, 5)
  pen.fillStyle = colour
  pen.fill()
  return pen.getImageData(0, 0, side_px * PIXEL_RATIO, side_px * PIXEL_RATIO)
}

function stroke(pen: CanvasRenderingContext2D, colour: string, width_px: number): void {
  pen.strokeStyle = colour
  pen.lineWidth = width_px
  pen.stroke()
}

/** A square for late, a triangle for nearly late, else a disc; each looks about as large as the others. */
function outline(pen: CanvasRenderingContext2D, rank: number, centre_px: number, size_px: number): void {
  const half = size_px / 2
  pen.beginPath()
  if (rank === 3) pen.rect(centre_px - half * 0.9, centre_px - half * 0.9, half * 1.8, half * 1.8)
  else if (rank === 2) {
    pen.moveTo(centre_px, centre_px - half * 1.05)
    pen.lineTo(centre_px + half * 1.15, centre_px + half * 0.9)
    pen.lineTo(centre_px - half * 1.15, centre_px + half * 0.9)
    pen.closePath()
  } else pen.arc(centre_px, centre_px, half, 0, 2 * Math.PI)
}

const BADGES = ['badge-fresh', 'badge-ageing', 'badge-silent', 'spot']

/** A round badge for a person's initial; the ring is solid while the position is fresh, dashed while it ages, grey when nothing is heard.
    A spot is the same, filled, for a number. */
function drawBadge(name: string, palette: Palette): ImageData {
  const side_px = 32
  const pen = canvas(side_px)
  const colour = name === 'badge-silent' ? palette.idle : palette.brand
  pen.beginPath()
  pen.arc(side_px / 2, side_px / 2, 13, 0, 2 * Math.PI)
  stroke(pen, palette.halo, 6)
  pen.fillStyle = name === 'spot' ? palette.warn : palette.halo
  pen.fill()
  if (name === 'spot') return pen.getImageData(0, 0, side_px * PIXEL_RATIO, side_px * PIXEL_RATIO)
  // Ten dashes of equal length around the circle.
  if (name === 'badge-ageing') pen.setLineDash([(26 * Math.PI) / 20, (26 * Math.PI) / 20])
  stroke(pen, colour, name === 'badge-silent' ? 1.5 : 3)
  return pen.getImageData(0, 0, side_px * PIXEL_RATIO, side_px * PIXEL_RATIO)
}

/** Something that happened: no light, so none of their shapes. */
function drawDiamond(palette: Palette): ImageData {
  const side_px = 20
  const pen = canvas(side_px)
  pen.translate(side_px / 2, side_px / 2)
  pen.rotate(Math.PI / 4)
  pen.beginPath()
  pen.rect(-5, -5, 10, 10)
  stroke(pen, palette.halo, 4)
  pen.fillStyle = palette.warn
  pen.fill()
  return pen.getImageData(0, 0, side_px * PIXEL_RATIO, side_px * PIXEL_RATIO)
}

function drawHatch(colour: string): ImageData {
  const side_px = 8
  const pen = canvas(side_px)
  pen.globalAlpha = 0.45
  pen.beginPath()
  // Three parallels, so that the tiles meet without a break at the corners.
  for (const shift_px of [-side_px, 0, side_px]) {
    pen.moveTo(shift_px, side_px)
    pen.lineTo(shift_px + side_px, 0)
  }
  stroke(pen, colour, 1)
  return pen.getImageData(0, 0, side_px * PIXEL_RATIO, side_px * PIXEL_RATIO)
}

function canvas(side_px: number): CanvasRenderingContext2D {
  const element = document.createElement('canvas')
  element.width = element.height = side_px * PIXEL_RATIO
  const pen = element.getContext('2d')
  if (!pen) throw new Error('this browser has no 2D canvas')
  pen.scale(PIXEL_RATIO, PIXEL_RATIO)
  return pen
}
