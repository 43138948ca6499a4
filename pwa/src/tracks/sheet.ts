/* A sheet of canvas over the map. It is drawn for one view and goes along with the map by a transform until it is drawn anew; as time goes on, only
   what is new is added. What takes long is drawn in slices on a spare canvas, which then takes the place of the one that is seen. */
import { isSameView, type View } from './flat'

export type Pen = CanvasRenderingContext2D

export interface Content {
  /** Draws all that is there at a second, and yields after each slice of the work. */
  all(pen: Pen, view: View, second: number): Generator<void, void>
  /** Adds what has come to be since it was last drawn; null: what it shows does not depend on the time. */
  more: ((pen: Pen, view: View, second: number) => void) | null
  /** Whether nothing is drawn; a sheet that is not there costs a frame nothing. */
  isEmpty?(): boolean
  /** Of the whole sheet, so that lines which cross do not add up. */
  opacity?(view: View): number
}

/** While the map moves, sheets that are quick to draw are drawn anew no more often, others not at all. */
const MOVING_EVERY_MS = 250
/** While time goes on, something is added no more often: a canvas that changed costs a frame as much as all its pixels. */
const ADDED_EVERY_MS = 100

/** What goes on right now and will be followed by another frame. */
export interface Motion {
  mapMoves: boolean
  timeGoes: boolean
}

export class Sheet {
  private seen: HTMLCanvasElement
  private spare: HTMLCanvasElement
  private drawn: { pen: Pen; view: View; second: number } | null = null
  private work: { pen: Pen; view: View; second: number; slices: Generator<void, void> } | null = null
  /** Whether the last drawing took a single slice. */
  private isQuick = true
  private begunMs = 0
  private addedMs = 0

  constructor(parent: HTMLElement, name: string, private readonly content: Content) {
    this.seen = canvasIn(parent, name)
    this.spare = canvasIn(parent, name)
    this.spare.hidden = true
  }

  /** Shows this second in this view, or begins to. */
  to(view: View, second: number, { mapMoves, timeGoes }: Motion): void {
    this.goAlong(view)
    if (this.work && (mapMoves || isSameView(this.work.view, view))) return
    const { drawn } = this
    const nowMs = performance.now()
    const waits = mapMoves && (!this.isQuick || nowMs - this.begunMs < MOVING_EVERY_MS)
    if (!drawn || (!waits && !isSameView(drawn.view, view))) return this.begin(view, second)
    if (!this.content.more || second === drawn.second) return
    if (second < drawn.second) return this.begin(view, second)
    if (timeGoes && nowMs - this.addedMs < ADDED_EVERY_MS) return
    this.addedMs = nowMs
    this.content.more(drawn.pen, drawn.view, second)
    drawn.second = second
    this.seen.hidden = this.content.isEmpty?.() ?? false
  }

  get isWorking(): boolean {
    return this.work !== null
  }

  /** Draws one more slice; the last one brings the sheet to light. */
  slice(): void {
    const { work } = this
    if (!work?.slices.next().done) return
    const { seen } = this
    this.seen = this.spare
    this.spare = seen
    this.seen.hidden = this.content.isEmpty?.() ?? false
    this.spare.hidden = true
    this.drawn = work
    this.work = null
  }

  /** Nothing of what is drawn holds any more. */
  again(): void {
    this.work = this.drawn = null
  }

  /** Copies what is seen, as it is seen. */
  onto(pen: Pen): void {
    if (!this.drawn || this.seen.hidden) return
    pen.save()
    pen.globalAlpha = Number(this.seen.style.opacity)
    pen.drawImage(this.seen, 0, 0, this.drawn.view.width, this.drawn.view.height)
    pen.restore()
  }

  remove(): void {
    this.again()
    this.seen.remove()
    this.spare.remove()
  }

  private begin(view: View, second: number): void {
    this.begunMs = performance.now()
    const pen = cleared(this.spare, view)
    this.spare.style.transform = ''
    this.spare.style.opacity = String(this.content.opacity?.(view) ?? 1)
    this.work = { pen, view, second, slices: this.content.all(pen, view, second) }
    this.slice()
    this.isQuick = !this.work
    this.goAlong(view)
  }

  private goAlong(view: View): void {
    if (!this.drawn) return
    const { view: from } = this.drawn
    const by = view.scale / from.scale
    this.seen.style.transform = isSameView(from, view) ? '' : `matrix(${by}, 0, 0, ${by}, ${view.left - from.left * by}, ${view.top - from.top * by})`
  }
}

export function canvasIn(parent: HTMLElement, name: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.className = `replay-sheet replay-${name}`
  parent.append(canvas)
  return canvas
}

/** The canvas, empty and as large as the view, and a pen that counts in CSS pixels. */
export function cleared(canvas: HTMLCanvasElement, view: View): Pen {
  const [width, height] = [Math.round(view.width * view.ratio), Math.round(view.height * view.ratio)]
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('this browser has no 2D canvas')
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width
    canvas.height = height
    canvas.style.width = `${view.width}px`
    canvas.style.height = `${view.height}px`
  }
  pen.setTransform(view.ratio, 0, 0, view.ratio, 0, 0)
  pen.clearRect(0, 0, view.width, view.height)
  return pen
}
