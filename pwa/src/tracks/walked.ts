/* The two sheets of lines: what people have walked up to now, over the cells that they covered and with gaps dotted, and faintly the whole day. */
import type { Spot, View } from './flat'
import type { PersonDay } from './day'
import { lastPoint } from './moment'
import { colourOf } from './person_colours'
import type { Scene } from './scene'
import type { Content, Pen } from './sheet'
import type { Kept } from './thinning'

/** What a slice may draw: about ten milliseconds without a graphics card. A way that is thinned costs as much as a few legs. */
const SLICE_LEGS = 12_000
const POINTS_A_LEG = 8
/** A line that crosses itself a hundred times is slower to fill than its parts. */
const STROKE_LEGS = 256
const CELL_OPACITY = 0.22

/** A gap ends with the clock at `atS`: from the last place before it to the first one after it. */
interface GapLine {
  atS: number
  person: number
  from: Spot
  to: Spot
}

export class Walked implements Content {
  /** Each person's way as it is drawn, and how many of its points are. */
  private ways: Kept[] = []
  private drawn = new Int32Array()
  private shownS = 0
  private readonly gaps: GapLine[]
  private readonly gapTimes: Int32Array

  constructor(private readonly scene: Scene) {
    this.gaps = scene.day.people.flatMap((person) => gapLines(person, scene)).sort((a, b) => a.atS - b.atS)
    this.gapTimes = Int32Array.from(this.gaps, ({ atS }) => atS)
  }

  opacity(view: View): number {
    return this.scene.isCrowd && this.scene.focus === null ? (isFar(view) ? 0.45 : 0.75) : 0.9
  }

  /** Goes on with a person's line from where it ends on the sheet to the last point that the clock has passed; false without any point. */
  goOn(pen: Pen, view: View, person: number, second: number): boolean {
    const kept = this.ways[person]
    const drawn = this.drawn[person] ?? 0
    const to = kept ? lastPoint(kept.atS, second) + 1 : 0
    if (!kept || !to) return false
    let isOpen = false
    for (let i = Math.max(0, Math.min(drawn, to) - 1); i < to; i++) {
      const [x, y] = [kept.x[i]! * view.scale + view.left, kept.y[i]! * view.scale + view.top]
      if (isOpen && !kept.begins[i]) pen.lineTo(x, y)
      else pen.moveTo(x, y)
      isOpen = true
    }
    return true
  }

  *all(pen: Pen, view: View, second: number): Generator<void, void> {
    this.drawn = new Int32Array(this.scene.day.people.length)
    this.ways = []
    this.shownS = second
    this.cells(pen, view, -Infinity, second)
    this.dots(pen, view, -Infinity, second)
    let legs = 0
    for (const person of this.scene.shown) {
      legs += this.line(pen, view, person, second) + person.way.atS.length / POINTS_A_LEG
      if (legs < SLICE_LEGS) continue
      legs = 0
      yield
    }
  }

  more(pen: Pen, view: View, second: number): void {
    pen.globalCompositeOperation = 'destination-over'
    this.cells(pen, view, this.shownS, second)
    pen.globalCompositeOperation = 'source-over'
    this.dots(pen, view, this.shownS, second)
    for (const person of this.scene.shown) this.line(pen, view, person, second)
    this.shownS = second
  }

  private line(pen: Pen, view: View, person: PersonDay, second: number): number {
    const kept = (this.ways[person.n] ??= this.scene.way(person, view.scale))
    const from = this.drawn[person.n]!
    const to = lastPoint(kept.atS, second) + 1
    if (to <= from) return 0
    this.drawn[person.n] = to
    prepare(pen, colourOf(person.n, this.scene.dark), lineWidth(this.scene, view, person.n))
    pen.globalAlpha = this.scene.strength(person.n)
    const legs = strokeLegs(pen, view, kept, from, to)
    pen.globalAlpha = 1
    return legs
  }

  private dots(pen: Pen, view: View, afterS: number, second: number): void {
    const to = lastPoint(this.gapTimes, second) + 1
    for (const { person, from, to: until } of this.gaps.slice(lastPoint(this.gapTimes, afterS) + 1, to)) {
      if (this.scene.hidden.has(person)) continue
      prepare(pen, this.scene.palette.idle, this.scene.isCrowd ? 1.5 : 3)
      // Short dashes with round ends are dots.
      pen.setLineDash([0.1, 6])
      pen.beginPath()
      pen.moveTo(from.x * view.scale + view.left, from.y * view.scale + view.top)
      pen.lineTo(until.x * view.scale + view.left, until.y * view.scale + view.top)
      pen.stroke()
      pen.setLineDash([])
    }
  }

  /** Edges are on whole pixels of the screen: neighbours neither overlap nor leave a seam. */
  private cells(pen: Pen, view: View, afterS: number, second: number): void {
    const { atS, boxes } = this.scene.cells
    const whole = (at: number): number => Math.round(at * view.ratio) / view.ratio
    pen.fillStyle = this.scene.palette.brand
    pen.globalAlpha = CELL_OPACITY
    for (let n = lastPoint(atS, afterS) + 1, end = lastPoint(atS, second) + 1; n < end; n++) {
      const left = whole(boxes[4 * n]! * view.scale + view.left)
      const top = whole(boxes[4 * n + 1]! * view.scale + view.top)
      const right = whole(boxes[4 * n + 2]! * view.scale + view.left)
      const bottom = whole(boxes[4 * n + 3]! * view.scale + view.top)
      if (right > 0 && bottom > 0 && left < view.width && top < view.height) pen.fillRect(left, top, right - left, bottom - top)
    }
    pen.globalAlpha = 1
  }
}

/** The whole day of everybody shown, faintly. */
export class WholeDay implements Content {
  readonly more = null

  constructor(private readonly scene: Scene) {}

  opacity(): number {
    return this.scene.isCrowd ? 0.1 : 0.16
  }

  *all(pen: Pen, view: View): Generator<void, void> {
    let legs = 0
    for (const person of this.scene.shown) {
      const kept = this.scene.way(person, view.scale)
      prepare(pen, colourOf(person.n, this.scene.dark), lineWidth(this.scene, view, person.n))
      pen.globalAlpha = this.scene.strength(person.n)
      legs += strokeLegs(pen, view, kept, 0, kept.atS.length) + person.way.atS.length / POINTS_A_LEG
      pen.globalAlpha = 1
      if (legs < SLICE_LEGS) continue
      legs = 0
      yield
    }
  }
}

/** So far off that lines and discs of many people would fill the town. */
export const isFar = ({ zoom }: View): boolean => zoom < 14.5

export const lineWidth = (scene: Scene, view: View, person: number): number => (scene.isCrowd && person !== scene.focus ? (isFar(view) ? 1.25 : 2) : 3)

export function prepare(pen: Pen, colour: string, width: number): void {
  pen.strokeStyle = colour
  pen.lineWidth = width
  pen.lineCap = pen.lineJoin = 'round'
}

/** Draws the legs that lead to the points from `from` up to `to`, so far as they are seen; how many they were. */
function strokeLegs(pen: Pen, view: View, { x, y, begins }: Kept, from: number, to: number): number {
  const { scale, left, top } = view
  let legs = 0
  let isOpen = false
  pen.beginPath()
  for (let i = Math.max(1, from); i < to; i++) {
    const [ax, ay, bx, by] = [x[i - 1]! * scale + left, y[i - 1]! * scale + top, x[i]! * scale + left, y[i]! * scale + top]
    if (begins[i] || isAside(ax, bx, view.width) || isAside(ay, by, view.height)) {
      isOpen = false
      continue
    }
    if (!isOpen) pen.moveTo(ax, ay)
    isOpen = true
    pen.lineTo(bx, by)
    if (++legs % STROKE_LEGS) continue
    pen.stroke()
    pen.beginPath()
    isOpen = false
  }
  pen.stroke()
  return legs
}

const MARGIN_PX = 4
const isAside = (a: number, b: number, size: number): boolean => (a < -MARGIN_PX && b < -MARGIN_PX) || (a > size + MARGIN_PX && b > size + MARGIN_PX)

/** From the last known place to the next one, if there is one: where somebody was meanwhile nobody knows. */
export function gapLines(person: PersonDay, scene: Scene): GapLine[] {
  const { way } = person
  const spot = (i: number): Spot => scene.spot({ lng: way.lngE6[i]! / 1e6, lat: way.latE6[i]! / 1e6 })
  return person.gaps.flatMap((gap) => {
    const before = lastPoint(way.atS, gap.startS)
    return before < 0 || before + 1 >= way.atS.length ? [] : [{ atS: gap.endS, person: person.n, from: spot(before), to: spot(before + 1) }]
  })
}

