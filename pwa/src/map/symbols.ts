/** The map's own pictures, drawn on canvas: cases (the shape is the severity, the colour the light), badges of people, and the
    hatching of exclusive grids. */
import type { Map } from 'maplibre-gl'

import type { Palette } from './palette'

const PIXEL_RATIO = 2

/** Draw the picture that the style asks for by name: case-S-R, lit-S-R, cluster-S-R (S is the severity from 0 minor to 3
    emergency, R the light's rank), hatch, badge-fresh, badge-ageing, badge-silent (how old a person's position is), spot. */
export function addSymbol(map: Map, name: string, palette: Palette): void {
  const picture = name === 'hatch' ? drawHatch(palette.brand) : BADGES.includes(name) ? drawBadge(name, palette) : drawCaseNamed(name, palette)
  if (!map.hasImage(name)) map.addImage(name, picture, { pixelRatio: PIXEL_RATIO })
}

/** The legend's marks are the map's own. */
export function drawCaseOn(element: HTMLCanvasElement, name: string, palette: Palette): void {
  const picture = drawCaseNamed(name, palette)
  element.width = picture.width
  element.height = picture.height
  element.getContext('2d')?.putImageData(picture, 0, 0)
}

type Kind = 'case' | 'lit' | 'cluster'
const SIZE_PX: Record<Kind, number> = { case: 16, lit: 25, cluster: 30 }
/** A milder case is the smaller mark. */
const PART_OF_SIZE = [0.82, 1, 1.12, 1.22]

function drawCaseNamed(name: string, palette: Palette): ImageData {
  const [kind = 'case', severity = '1', light = '0'] = name.split('-') as [Kind, string, string]
  const rank = Number(light)
  const size_px = (SIZE_PX[kind] ?? SIZE_PX.case) * (PART_OF_SIZE[Number(severity)] ?? 1)
  const side_px = Math.ceil(size_px) + (kind === 'case' ? 8 : 14)
  const colour = [palette.idle, palette.ok, palette.warn, palette.urgent][rank] ?? palette.idle
  const pen = canvas(side_px)
  pen.lineJoin = 'round'
  outline(pen, Number(severity), side_px / 2, size_px / 2)
  if (kind === 'lit') stroke(pen, palette.ink, 9)
  if (kind === 'cluster') ring(pen, rank, colour)
  stroke(pen, palette.halo, kind === 'cluster' ? 4 : 5)
  pen.fillStyle = colour
  pen.fill()
  if (kind !== 'cluster') sign(pen, rank, side_px / 2, size_px / 2, palette.halo)
  return pen.getImageData(0, 0, side_px * PIXEL_RATIO, side_px * PIXEL_RATIO)
}

function stroke(pen: CanvasRenderingContext2D, colour: string, width_px: number): void {
  pen.strokeStyle = colour
  pen.lineWidth = width_px
  pen.stroke()
}

/** Four outlines that nobody takes for one another: a seal for an emergency, a diamond, a disc, a bar for a minor matter. */
function outline(pen: CanvasRenderingContext2D, severity: number, centre_px: number, radius_px: number): void {
  const at = (angle: number, reach_px: number): [number, number] => [centre_px + reach_px * Math.sin(angle), centre_px - reach_px * Math.cos(angle)]
  pen.beginPath()
  if (severity === 3) {
    const points = 16
    for (let i = 0; i < points; i++) pen.lineTo(...at((i / points) * 2 * Math.PI, i % 2 ? radius_px * 0.74 : radius_px * 1.08))
    pen.closePath()
  } else if (severity === 2) {
    for (let i = 0; i < 4; i++) pen.lineTo(...at((i / 4) * 2 * Math.PI, radius_px * 1.15))
    pen.closePath()
  } else if (severity === 1) pen.arc(centre_px, centre_px, radius_px, 0, 2 * Math.PI)
  else pen.roundRect(centre_px - radius_px * 1.1, centre_px - radius_px * 0.62, radius_px * 2.2, radius_px * 1.24, radius_px * 0.4)
}

/** The light without its colour: an exclamation mark when late, a clock's hands when nearly late, a hole when no clock runs. */
function sign(pen: CanvasRenderingContext2D, rank: number, centre_px: number, radius_px: number, colour: string): void {
  const unit = radius_px * 0.5
  pen.lineCap = 'round'
  pen.beginPath()
  if (rank === 3) {
    pen.moveTo(centre_px, centre_px - unit)
    pen.lineTo(centre_px, centre_px + unit * 0.15)
    pen.moveTo(centre_px, centre_px + unit)
    pen.lineTo(centre_px, centre_px + unit)
  } else if (rank === 2) {
    pen.moveTo(centre_px, centre_px - unit)
    pen.lineTo(centre_px, centre_px)
    pen.lineTo(centre_px + unit * 0.9, centre_px)
  } else if (rank === 0) {
    pen.arc(centre_px, centre_px, unit * 0.7, 0, 2 * Math.PI)
    pen.fillStyle = colour
    pen.fill()
    return
  } else return
  stroke(pen, colour, Math.max(2, radius_px * 0.24))
}

/** The same around a cluster: a second line when something inside is late, a broken one when something nearly is. */
function ring(pen: CanvasRenderingContext2D, rank: number, colour: string): void {
  if (rank < 2) return
  if (rank === 2) pen.setLineDash([5, 4])
  stroke(pen, colour, 9)
  pen.setLineDash([])
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
