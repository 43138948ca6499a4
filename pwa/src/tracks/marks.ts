/* The sheets of marks: where people stayed and what happened with cases, with words where there is room, and the fixes as measured. */
import type { Schemas } from '@/api/client'
import { durationWords } from '@/lib/time_words'
import type { PersonDay } from './day'
import { isSeen, type Spot, type View } from './flat'
import { Labels, type Box } from './labels'
import type { Scene } from './scene'
import type { Content, Pen } from './sheet'
import { stampAt, type Stamp } from './stamps'
import { gapWords } from './track_words'
import { gapLines } from './walked'
import { r, type TrackWord } from './words'

/** From these zooms on there are words. */
const WORDS_FROM = { few: 13, crowd: 15.5 }
const FLAGS_FROM = 14
const SLICE_MARKS = 500
const SLICE_FIXES = 8_000

interface Mark {
  kind: 'stay' | 'gap' | 'case'
  atS: number
  person: number
  spot: Spot
  words: string
}

export interface CaseSpot extends Spot {
  happening: number
}

export class Marks implements Content {
  private readonly labels = new Labels()
  private readonly marks: Mark[]
  private readonly cases: (CaseSpot & { atS: number; person: number })[]
  private next = 0
  private drawn = 0

  constructor(private readonly scene: Scene) {
    const { day } = scene
    this.cases = day.happenings.map(({ atS, person, case: { place } }, happening) => ({ ...scene.spot(place), atS, person, happening }))
    this.marks = [
      ...day.people.flatMap((person) => [...stays(person, scene), ...gaps(person, scene)]),
      ...this.cases.map(({ atS, person, x, y }): Mark => ({ kind: 'case', atS, person, spot: { x, y }, words: '' })),
    ].sort((a, b) => a.atS - b.atS)
  }

  isEmpty(): boolean {
    return !this.drawn
  }

  *all(pen: Pen, view: View, second: number): Generator<void, void> {
    this.next = this.drawn = 0
    this.labels.clear()
    for (let count = 0; this.mark(pen, view, second); ) if (++count % SLICE_MARKS === 0) yield
  }

  more(pen: Pen, view: View, second: number): void {
    while (this.mark(pen, view, second));
  }

  /** Cases that are there, on the screen. */
  casesAt(view: View, second: number): CaseSpot[] {
    return this.cases
      .filter(({ atS, person }) => atS <= second && !this.scene.hidden.has(person))
      .map(({ x, y, happening }) => ({ x: x * view.scale + view.left, y: y * view.scale + view.top, happening }))
  }

  /** Draws the next mark if it is there by now; whether it was. */
  private mark(pen: Pen, view: View, second: number): boolean {
    const mark = this.marks[this.next]
    if (!mark || mark.atS > second) return false
    this.next++
    const [x, y] = [mark.spot.x * view.scale + view.left, mark.spot.y * view.scale + view.top]
    if (this.scene.hidden.has(mark.person) || !isSeen(view, x, y, 8)) return true
    const { stamps, palette, isCrowd } = this.scene
    const stamp = mark.kind === 'case' ? stamps.happening() : mark.kind === 'stay' && !isCrowd ? stamps.stay() : null
    if (stamp) stampAt(pen, stamp, x, y)
    const hasWords = mark.words !== '' && view.zoom >= (isCrowd ? WORDS_FROM.crowd : WORDS_FROM.few)
    if (stamp || hasWords) this.drawn++
    if (hasWords) {
      const isStay = mark.kind === 'stay'
      const words = stamps.words(mark.words, isStay ? palette.ink : palette.idle)
      put(pen, this.labels, words, isStay ? [beside(words, x, y, 9), beside(words, x, y, -9)] : [under(words, x, y)])
    }
    return true
  }
}

/** The fixes of one person as they were measured: what counts small, what does not larger and with its reason. */
export class RawFixes implements Content {
  readonly more = null
  private readonly labels = new Labels()
  private fixes: (Spot & { flag: Schemas['RawFix']['flag'] })[] = []

  constructor(private readonly scene: Scene) {}

  isEmpty(): boolean {
    return !this.fixes.length
  }

  show(fixes: readonly Schemas['RawFix'][]): void {
    this.fixes = fixes.map((fix) => ({ ...this.scene.spot(fix), flag: fix.flag }))
  }

  *all(pen: Pen, view: View): Generator<void, void> {
    this.labels.clear()
    const { palette, stamps } = this.scene
    const close = Math.min(1, Math.max(0, (view.zoom - 13) / 4))
    const [counted, flagged] = [0.9 + 1.6 * close, 3 + 1.5 * close]
    for (const [n, { flag, ...spot }] of this.fixes.entries()) {
      if (n % SLICE_FIXES === SLICE_FIXES - 1) yield
      const [x, y] = [spot.x * view.scale + view.left, spot.y * view.scale + view.top]
      if (!isSeen(view, x, y, 8)) continue
      const radius = flag === 'ok' ? counted : flagged
      pen.fillStyle = flag === 'ok' ? palette.ink : palette.warn
      pen.globalAlpha = flag === 'ok' ? 0.55 : 0.4
      pen.beginPath()
      pen.arc(x, y, radius, 0, 2 * Math.PI)
      pen.fill()
      if (flag === 'ok' || view.zoom < FLAGS_FROM) continue
      pen.globalAlpha = 1
      const words = stamps.words(r(`flag.${flag}` as TrackWord), palette.warn)
      put(pen, this.labels, words, [beside(words, x, y, 6)])
    }
    pen.globalAlpha = 1
  }
}

/** Right of a place, or left of it at less than nothing. */
export function beside({ width, height }: Stamp, x: number, y: number, apart: number): Box {
  return { left: apart > 0 ? x + apart : x + apart - width, top: y - height / 2, width, height }
}

const under = ({ width, height }: Stamp, x: number, y: number): Box => ({ left: x - width / 2, top: y + 4, width, height })

/** Words at the first of these places that is free; none if there is none. */
export function put(pen: Pen, labels: Labels, words: Stamp, choices: Box[]): void {
  const box = labels.place(choices)
  if (box) pen.drawImage(words.picture, box.left, box.top, box.width, box.height)
}

function stays({ n, stays: all }: PersonDay, scene: Scene): Mark[] {
  return all.map((stay) => ({ kind: 'stay', atS: stay.endS, person: n, spot: scene.spot(stay), words: r('stay.label', { d: durationWords(stay.endS - stay.startS) }) }))
}

/** Words at the middle of each gap that is drawn. */
function gaps(person: PersonDay, scene: Scene): Mark[] {
  const lines = gapLines(person, scene)
  return person.gaps.flatMap((gap): Mark[] => {
    const line = lines.find(({ atS }) => atS === gap.endS)
    if (!line) return []
    const spot = { x: (line.from.x + line.to.x) / 2, y: (line.from.y + line.to.y) / 2 }
    return [{ kind: 'gap', atS: gap.endS, person: person.n, spot, words: gapWords(gap, scene.day.baseMs) }]
  })
}
