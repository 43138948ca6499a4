import { describe, expect, it } from 'vitest'
import { flatWay, isSameView, isSeen, nearest, WORLD_PX, worldOf, type View } from './flat'
import { Labels, overlap } from './labels'
import { lastPoint } from './moment'
import { examplePerson } from './replay_example'
import { Scene } from './scene'
import { keptAt } from './thinning'
import { gapLines, Walked } from './walked'
import type { Pen } from './sheet'
import type { ReplayDay } from './day'

const person = examplePerson()
const way = person.way
const origin = worldOf(120, 31.8)
const flat = flatWay(way, origin)
const APART_PX = 1.5
const scaleAt = (zoom: number): number => WORLD_PX * 2 ** zoom

describe('the world laid flat', () => {
  it('has Greenwich and the equator in its middle and ends at 85.0511 degrees', () => {
    expect(worldOf(0, 0)).toEqual({ x: 0.5, y: 0.5 })
    expect(worldOf(-180, 85.051128779806589).x).toBe(0)
    expect(worldOf(180, 85.051128779806589).y).toBeCloseTo(0, 12)
  })

  it('a metre of the equator is 3.35 pixels at zoom 18', () => {
    expect((worldOf(1 / 111_319.49, 0).x - 0.5) * scaleAt(18)).toBeCloseTo(3.35, 2)
  })

  it('holds every point of a county to a tenth of a pixel at zoom 20', () => {
    const far = { ...way, lngE6: Int32Array.from(way.lngE6, (lng) => lng + 300_000), latE6: Int32Array.from(way.latE6, (lat) => lat - 200_000) }
    const { x, y } = flatWay(far, origin)
    for (let i = 0; i < x.length; i++) {
      const exact = worldOf(far.lngE6[i]! / 1e6, far.latE6[i]! / 1e6)
      expect(Math.abs(x[i]! - (exact.x - origin.x)) * scaleAt(20)).toBeLessThan(0.1)
      expect(Math.abs(y[i]! - (exact.y - origin.y)) * scaleAt(20)).toBeLessThan(0.1)
    }
  })

  it('knows whether two views are one, and what is on the screen', () => {
    const view: View = { scale: 1000, left: 3, top: 4, width: 100, height: 50, zoom: 1, ratio: 1 }
    expect(isSameView(view, { ...view, left: 3.001 })).toBe(true)
    for (const other of [{ left: 4 }, { top: 5 }, { scale: 1001 }, { width: 99 }, { height: 51 }, { ratio: 2 }]) expect(isSameView(view, { ...view, ...other })).toBe(false)
    expect([isSeen(view, -5, 10, 8), isSeen(view, -9, 10, 8), isSeen(view, 50, 57, 8), isSeen(view, 50, 59, 8)]).toEqual([true, false, true, false])
  })
})

describe('what is under the pointer', () => {
  const spots = [{ n: 0, x: 0, y: 0 }, { n: 1, x: 10, y: 0 }, { n: 2, x: 10, y: 0 }]

  it('is the nearest within reach, the one on top of those at one place', () => {
    expect(nearest(spots, { x: 4, y: 0 }, 12)?.n).toBe(0)
    expect(nearest(spots, { x: 6, y: 0 }, 12)?.n).toBe(2)
    expect(nearest(spots, { x: 22, y: 0 }, 12)?.n).toBe(2)
    expect(nearest(spots, { x: 22.1, y: 0 }, 12)).toBeNull()
  })
})

describe('thinning', () => {
  it('leaves out what cannot be told from the last point drawn, and nothing else', () => {
    for (const zoom of [3, 10, 13, 16, 20]) {
      const scale = scaleAt(zoom)
      const kept = keptAt(way, flat, scale, APART_PX)
      expect(kept.atS.length).toBeLessThanOrEqual(way.atS.length)
      for (let i = 0; i < way.atS.length; i++) {
        const last = lastPoint(kept.atS, way.atS[i]!)
        const apart = Math.hypot(kept.x[last]! - flat.x[i]!, kept.y[last]! - flat.y[i]!) * scale
        expect(apart).toBeLessThan(APART_PX)
      }
    }
  })

  it('keeps all at the closest zoom but where somebody stands, and four points of two runs in a picture of the world', () => {
    expect([...keptAt(way, flat, scaleAt(3), APART_PX).atS]).toEqual([0, 300, 900, 1200])
    expect(keptAt(way, flat, scaleAt(20), APART_PX).atS.length).toBe(way.atS.length - 10)
  })

  it('says where a run begins, for no leg leads over a gap', () => {
    const { atS, begins } = keptAt(way, flat, scaleAt(16), APART_PX)
    expect([...atS].filter((_, n) => begins[n])).toEqual([0, 900])
  })

  it('a way without a point has none', () => {
    const none = { atS: new Int32Array(), lngE6: new Int32Array(), latE6: new Int32Array(), goneDm: new Int32Array(), runs: new Int32Array(1) }
    expect(keptAt(none, flatWay(none, origin), 1, APART_PX).atS.length).toBe(0)
  })
})

describe('words on the map', () => {
  const box = (left: number, top = 0) => ({ left, top, width: 10, height: 10 })

  it('take the first free place and never lie on one another', () => {
    const labels = new Labels()
    expect(labels.place([box(0)])).toEqual(box(0))
    expect(labels.place([box(5), box(-5)])).toBeNull()
    expect(labels.place([box(5), box(10)])).toEqual(box(10))
    labels.clear()
    expect(labels.place([box(5)])).toEqual(box(5))
  })

  it('touching is not overlapping', () => {
    expect([overlap(box(0), box(10)), overlap(box(0), box(9)), overlap(box(0), box(0, 10)), overlap(box(0), box(0, 9))]).toEqual([false, true, false, true])
  })
})

/** A pen that tells every leg it draws, from x to x, and whether it was dotted. */
function countingPen() {
  const legs: { from: number; to: number; dotted: boolean }[] = []
  let path: typeof legs = []
  let x = 0
  let dotted = false
  const pen = {
    beginPath: () => (path = []),
    moveTo: (to: number) => (x = to),
    lineTo: (to: number) => (path.push({ from: x, to, dotted }), (x = to)),
    stroke: () => legs.push(...path),
    setLineDash: (dashes: number[]) => (dotted = dashes.length > 0),
    fillRect: () => undefined,
  }
  return { pen: pen as unknown as Pen, legs }
}

describe('the walked way', () => {
  // Whoever goes on after the gap does so two hundred metres from where they were lost.
  const moved = { ...person, way: { ...way, lngE6: way.lngE6.map((lng, i) => (way.atS[i]! >= 900 ? lng + 2_000 : lng)) } }
  const day: ReplayDay = { onDay: '2026-11-23', baseMs: 0, endS: 1300, people: [moved], happenings: [] }
  const view: View = { scale: scaleAt(16), left: 100, top: 100, width: 4_000, height: 1_000, zoom: 16, ratio: 1 }
  const rounded = (legs: { from: number; to: number; dotted: boolean }[]) => legs.map(({ from, to, dotted }) => `${from.toFixed(3)} ${to.toFixed(3)} ${dotted}`).toSorted()

  function drawnAt(seconds: number[]) {
    const walked = new Walked(new Scene(day))
    const { pen, legs } = countingPen()
    for (const slice of walked.all(pen, view, seconds[0]!)) void slice
    for (const second of seconds.slice(1)) walked.more(pen, view, second)
    return { walked, legs }
  }

  it('adds second by second what it draws at once, each leg a single time', () => {
    for (const end of [-5, 0, 55, 300, 600, 905, 1300]) {
      const bySecond = drawnAt(Array.from({ length: end + 6 }, (_, n) => n - 5))
      expect(rounded(bySecond.legs)).toEqual(rounded(drawnAt([end]).legs))
    }
  })

  it('leads over a gap in dots only, and not before the gap is over', () => {
    const longest = (second: number, dotted: boolean): number => Math.max(0, ...drawnAt([second]).legs.filter((leg) => leg.dotted === dotted).map(({ from, to }) => to - from))
    expect(longest(899, true)).toBe(0)
    expect(longest(900, true)).toBeCloseTo((0.002 / 360) * view.scale, 1)
    expect(longest(1300, false)).toBeLessThan((0.000_11 / 360) * view.scale)
  })

  it('is taken up where it ends on the sheet, so that a line is whole in every frame', () => {
    for (const [drawn, second] of [[-5, -5], [-5, 55], [55, 299], [299, 905], [290, 1300], [905, 905]] as const) {
      const { walked, legs } = drawnAt([drawn])
      const { pen, legs: goneOn } = countingPen()
      pen.beginPath()
      expect(walked.goOn(pen, view, 0, second)).toBe(second >= 0)
      pen.stroke()
      const solid = (all: typeof legs) => rounded(all.filter((leg) => !leg.dotted))
      expect(solid([...legs, ...goneOn])).toEqual(solid(drawnAt([second]).legs))
    }
  })

  it('of those who are hidden there is none', () => {
    const scene = new Scene(day)
    scene.hidden = new Set([0])
    const { pen, legs } = countingPen()
    for (const slice of new Walked(scene).all(pen, view, 1300)) void slice
    expect(legs).toEqual([])
  })

  it('of many gives way to the line of whoever is looked at, which lies on top', () => {
    const many = { ...day, people: Array.from({ length: 13 }, (_, n) => ({ ...person, n })) }
    const scene = new Scene(many)
    expect(scene.strength(3)).toBe(1)
    scene.focus = 5
    expect(scene.strength(5)).toBe(1)
    expect(scene.strength(3)).toBeLessThan(0.5)
    expect(scene.shown.at(-1)?.n).toBe(5)
    scene.hidden = new Set([0])
    expect(scene.strength(3)).toBe(1)
  })

  it('a gap after which nobody is heard of again has no line', () => {
    expect(gapLines(person, new Scene(day))).toHaveLength(1)
    expect(gapLines({ ...person, gaps: [{ startS: 1250, endS: 1300, why: 'silence' }] }, new Scene(day))).toEqual([])
  })
})
