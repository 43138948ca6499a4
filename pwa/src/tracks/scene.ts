/* What all sheets of a replay draw from: the day laid flat, who is shown, and how it looks. */
import { DARK, LIGHT } from '@/map/palette'
import { boundsOfCell, whenCovered } from './cells'
import type { PersonDay, ReplayDay } from './day'
import { flatWay, worldOf, type Spot } from './flat'
import { Stamps } from './stamps'
import { keptAt, type Kept } from './thinning'

/** With more people than this they are small, and have neither names nor words before one looks closely. */
export const FEW = 12
/** Of a line beside the one that is looked at. */
const GIVING_WAY = 0.2
/** Points nearer than this to the last one drawn cannot be told from it: less of thin lines among many. */
const APART_PX = { few: 1.5, crowd: 2.5 }

export class Scene {
  /** A spot of the day, from which all others are seen. */
  readonly origin: Spot
  hidden: ReadonlySet<number> = new Set()
  /** Whose card is open. */
  focus: number | null = null
  cells: Cells = NO_CELLS
  palette = LIGHT
  stamps = new Stamps(LIGHT, 1)
  private readonly flat: ReturnType<typeof flatWay>[] = []
  private readonly kept: { scale: number; apartPx: number; kept: Kept }[] = []

  constructor(readonly day: ReplayDay) {
    const first = day.people.find(({ way }) => way.atS.length)?.way
    this.origin = worldOf((first?.lngE6[0] ?? 0) / 1e6, (first?.latE6[0] ?? 0) / 1e6)
  }

  get dark(): boolean {
    return this.palette === DARK
  }

  /** The one whose card is open comes last, and so lies on top. */
  get shown(): PersonDay[] {
    return this.day.people.filter(({ n }) => !this.hidden.has(n)).toSorted((a, b) => Number(a.n === this.focus) - Number(b.n === this.focus))
  }

  /** How strongly a person's line is drawn: among many, all others give way to the one whose card is open. */
  strength(n: number): number {
    return this.isCrowd && this.focus !== null && n !== this.focus ? GIVING_WAY : 1
  }

  get isCrowd(): boolean {
    return this.day.people.length - this.hidden.size > FEW
  }

  look(dark: boolean, ratio: number): void {
    this.palette = dark ? DARK : LIGHT
    this.stamps = new Stamps(this.palette, ratio)
  }

  spot({ lng, lat }: { lng: number; lat: number }): Spot {
    const { x, y } = worldOf(lng, lat)
    return { x: x - this.origin.x, y: y - this.origin.y }
  }

  /** A person's way as it is drawn at a scale; the last one asked for is kept. */
  way({ n, way }: PersonDay, scale: number): Kept {
    const known = this.kept[n]
    const apartPx = this.isCrowd ? APART_PX.crowd : APART_PX.few
    if (known?.scale === scale && known.apartPx === apartPx) return known.kept
    const kept = keptAt(way, (this.flat[n] ??= flatWay(way, this.origin)), scale, apartPx)
    this.kept[n] = { scale, apartPx, kept }
    return kept
  }

  cover(people: readonly PersonDay[]): void {
    const first = new Map<number, number>()
    for (const person of people) for (const [cell, atS] of whenCovered(person)) first.set(cell, Math.min(atS, first.get(cell) ?? Infinity))
    const sorted = [...first].sort(([, a], [, b]) => a - b)
    const boxes = new Float32Array(4 * sorted.length)
    sorted.forEach(([cell], n) => {
      const [west, south, east, north] = boundsOfCell(cell)
      const [from, to] = [this.spot({ lng: west, lat: north }), this.spot({ lng: east, lat: south })]
      boxes.set([from.x, from.y, to.x, to.y], 4 * n)
    })
    this.cells = { atS: Int32Array.from(sorted, ([, atS]) => atS), boxes }
  }
}

/** Covered cells in the order in which they were first come by; `boxes`: left, top, right and bottom of each. */
interface Cells {
  atS: Int32Array
  boxes: Float32Array
}

const NO_CELLS: Cells = { atS: new Int32Array(), boxes: new Float32Array() }
