/* A day drawn over the map on sheets of canvas, so that the map itself rests while only time goes by: from below the whole day, what is walked, fixes
   as measured, marks, and the heads, which alone are drawn anew for each frame. */
import type { Map } from 'maplibre-gl'
import type { Schemas } from '@/api/client'
import type { PersonDay, ReplayDay } from './day'
import { nearest, WORLD_PX, type Spot, type View } from './flat'
import { drawHeads, type Head } from './heads'
import { Marks, RawFixes } from './marks'
import { Scene } from './scene'
import { canvasIn, cleared, Sheet, type Pen } from './sheet'
import { Walked, WholeDay } from './walked'

const REACH_PX = 12
/** What a frame may draw of sheets while nothing else goes on. */
const SLICES_AT_REST = 3

export type Hit = { kind: 'person' | 'happening'; n: number }

export class ReplayDrawing {
  private readonly scene: Scene
  private readonly walked: Walked
  private readonly marks: Marks
  private readonly raw: RawFixes
  /** From below; the first to be drawn last. */
  private readonly sheets: { wholeDay: Sheet; walked: Sheet; raw: Sheet; marks: Sheet }
  private readonly headCanvas: HTMLCanvasElement
  private readonly anchor: [number, number]
  private heads: Head[] = []
  private second: number
  private timeGoes = false
  private frame = 0
  /** Asked for once: each frame it would have the page laid out. */
  private size: { width: number; height: number }

  constructor(private readonly map: Map, day: ReplayDay, { dark, hidden, focus, second }: { dark: boolean; hidden: ReadonlySet<number>; focus: number | null; second: number }) {
    this.second = second
    this.scene = new Scene(day)
    this.scene.hidden = hidden
    this.scene.focus = focus
    this.scene.look(dark, devicePixelRatio)
    this.walked = new Walked(this.scene)
    this.marks = new Marks(this.scene)
    this.raw = new RawFixes(this.scene)
    const parent = map.getCanvasContainer()
    this.sheets = {
      wholeDay: new Sheet(parent, 'whole-day', new WholeDay(this.scene)),
      walked: new Sheet(parent, 'walked', this.walked),
      raw: new Sheet(parent, 'raw', this.raw),
      marks: new Sheet(parent, 'marks', this.marks),
    }
    this.headCanvas = canvasIn(parent, 'heads')
    const { x, y } = this.scene.origin
    this.anchor = [x * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI]
    map.on('move', () => this.draw({ mapMoves: true }))
    map.on('moveend', () => this.draw())
    map.on('resize', () => {
      this.size = sizeOf(map)
      this.look(this.scene.dark)
    })
    this.size = sizeOf(map)
    this.draw()
  }

  /** Light or dark, and as fine as the screen is. */
  look(dark: boolean): void {
    this.scene.look(dark, devicePixelRatio)
    this.again()
  }

  /** Draws the moment. `timeGoes`: the next one follows at once. */
  to(second: number, timeGoes = false): void {
    this.second = second
    this.timeGoes = timeGoes
    this.draw({ mapMoves: this.map.isMoving(), timeGoes })
  }

  /** Whose track is not drawn. */
  hide(people: ReadonlySet<number>): void {
    this.scene.hidden = people
    this.again()
  }

  /** Whose covered cells fill in. */
  cover(people: readonly PersonDay[]): void {
    this.scene.cover(people)
    this.sheets.walked.again()
    this.draw()
  }

  showRaw(fixes: readonly Schemas['RawFix'][]): void {
    this.raw.show(fixes)
    this.sheets.raw.again()
    this.draw()
  }

  /** Who stands out; null for nobody. */
  focus(person: number | null): void {
    this.scene.focus = person
    if (this.scene.isCrowd) this.again()
    else this.draw()
  }

  /** What lies under a point of the screen: somebody, else a case that is there by now. */
  at(point: Spot): Hit | null {
    const head = nearest(this.heads, point, REACH_PX)
    if (head) return { kind: 'person', n: head.person }
    const one = nearest(this.marks.casesAt(this.view(), this.second), point, REACH_PX)
    return one && { kind: 'happening', n: one.happening }
  }

  /** Draws what is seen with another pen, which counts in CSS pixels. */
  onto(pen: Pen): void {
    for (const sheet of this.fromBelow()) sheet.onto(pen)
    const { width, height } = this.view()
    pen.drawImage(this.headCanvas, 0, 0, width, height)
  }

  remove(): void {
    cancelAnimationFrame(this.frame)
    for (const sheet of this.fromBelow()) sheet.remove()
    this.headCanvas.remove()
  }

  private fromBelow(): Sheet[] {
    const { wholeDay, walked, raw, marks } = this.sheets
    return [wholeDay, walked, raw, marks]
  }

  private again(): void {
    for (const sheet of this.fromBelow()) sheet.again()
    this.draw()
  }

  private draw({ mapMoves = false, timeGoes = false } = {}): void {
    const view = this.view()
    const sheets = this.fromBelow().toReversed()
    for (const sheet of sheets) sheet.to(view, this.second, { mapMoves, timeGoes })
    this.heads = drawHeads(cleared(this.headCanvas, view), view, this.scene, this.walked, this.second)
    if (sheets.some((sheet) => sheet.isWorking)) this.frame ||= requestAnimationFrame(() => this.goOn(sheets))
  }

  /** Some slices of the topmost sheet that is not whole, each frame until all are. */
  private goOn(sheets: Sheet[]): void {
    this.frame = 0
    for (let slices = this.timeGoes ? 1 : SLICES_AT_REST; slices > 0; slices--) sheets.find((sheet) => sheet.isWorking)?.slice()
    this.draw({ mapMoves: this.map.isMoving() })
  }

  private view(): View {
    const { x, y } = this.map.project(this.anchor)
    const zoom = this.map.getZoom()
    return { ...this.size, scale: WORLD_PX * 2 ** zoom, left: x, top: y, zoom, ratio: devicePixelRatio }
  }
}

function sizeOf(map: Map): { width: number; height: number } {
  const { clientWidth: width, clientHeight: height } = map.getCanvas()
  return { width, height }
}
