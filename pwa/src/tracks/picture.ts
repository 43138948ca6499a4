/* The map as a picture to take along, with what it shows written on it. */
import type { Map } from 'maplibre-gl'
import { FONTS } from '@/map/fonts'
import type { ReplayDrawing } from './replay_drawing'

/** `drawing` lies over the map; `title` and `lines` stand in a bar below it. */
export async function pictureOf(map: Map, drawing: ReplayDrawing, title: string, lines: string[]): Promise<Blob> {
  const drawn = await nextFrame(map)
  const ratio = drawn.width / map.getContainer().clientWidth
  const bar = (34 + 20 * lines.length) * ratio
  const canvas = document.createElement('canvas')
  canvas.width = drawn.width
  canvas.height = drawn.height + bar
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('this browser has no 2D canvas')
  const style = getComputedStyle(document.documentElement)
  pen.fillStyle = style.getPropertyValue('--surface')
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(drawn, 0, 0)
  pen.scale(ratio, ratio)
  drawing.onto(pen)
  const family = FONTS.map((font) => `"${font}"`).join(',')
  const top = drawn.height / ratio
  write(pen, title, 12, top + 21, `600 15px ${family}`, style.getPropertyValue('--ink'))
  lines.forEach((line, n) => write(pen, line, 12, top + 43 + 20 * n, `13px ${family}`, style.getPropertyValue('--ink-2')))
  return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'))
}

function write(pen: CanvasRenderingContext2D, words: string, x: number, y: number, font: string, colour: string): void {
  pen.font = font
  pen.fillStyle = colour
  pen.fillText(words, x, y)
}

/** WebGL forgets what it drew as soon as the frame is over: it is copied within. */
function nextFrame(map: Map): Promise<HTMLCanvasElement> {
  return new Promise((resolve) => {
    map.once('render', () => {
      const source = map.getCanvas()
      const copy = document.createElement('canvas')
      copy.width = source.width
      copy.height = source.height
      copy.getContext('2d')?.drawImage(source, 0, 0)
      resolve(copy)
    })
    map.triggerRepaint()
  })
}

export function saveAs(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
