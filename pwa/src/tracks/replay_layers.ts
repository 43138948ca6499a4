/* How a day is drawn on a map. What only appears as time goes by is written once and lit up by a feature state, which costs a frame nothing for what does
   not change; only heads and the pieces under way are written anew for each frame. */
import type { Feature, FeatureCollection, Position } from 'geojson'
import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, Map } from 'maplibre-gl'
import { clockTime, durationWords } from '@/lib/time_words'
import { FONTS } from '@/map/fonts'
import type { Palette } from '@/map/palette'
import { boundsOfCell, squareOf, whenCovered } from './cells'
import type { GapSpan, PersonDay, ReplayDay } from './day'
import { lastPoint, momentAt } from './moment'
import { colourOf } from './person_colours'
import { changedBetween, piecesOf, pieceUntil } from './pieces'
import { r, type TrackWord } from './words'

const NOW = 'replay-now'
const HEADS = 'replay-heads'
export const RAW = 'replay-raw'
/** What appears as time goes by, from the bottom up. */
const APPEARING = ['replay-cells', 'replay-gaps', 'replay-pieces', 'replay-stays', 'replay-cases'] as const
type Appearing = (typeof APPEARING)[number]
export const HEAD_LAYER = 'replay-heads'
export const CASE_LAYER = 'replay-cases'
/** With more people than this, only numbers stand beside them. */
const NAMED_UNTIL = 12

const there: ExpressionSpecification = ['boolean', ['feature-state', 'there'], false]
const colour: ExpressionSpecification = ['get', 'colour']
const collection = (features: Feature[] = []): FeatureCollection => ({ type: 'FeatureCollection', features })

interface Timed {
  atS: number
  feature: Feature
}

export class ReplayDrawing {
  private readonly times = new globalThis.Map<Appearing, Int32Array>()
  private readonly shown = new globalThis.Map<Appearing, number>()
  private hidden = new Set<number>()
  private dark = false

  constructor(private readonly map: Map, private readonly day: ReplayDay) {}

  /** Puts everything onto a map that was just styled. `second`: where the clock stands. */
  add(palette: Palette, dark: boolean, second: number): void {
    this.dark = dark
    for (const name of APPEARING) this.write(name, [])
    for (const name of [RAW, NOW, HEADS]) this.map.addSource(name, { type: 'geojson', data: collection() })
    for (const layer of layersOf(palette)) this.map.addLayer(layer)
    this.write('replay-pieces', this.day.people.flatMap((person) => this.pieces(person)))
    this.write('replay-stays', this.day.people.flatMap((person) => stays(person)))
    this.write('replay-gaps', this.day.people.flatMap((person) => gaps(person, this.day.baseMs)))
    this.write('replay-cases', this.day.happenings.map(({ atS, person, case: it }, n) => timed(atS, 'Point', [it.place.lng, it.place.lat], { p: person, happening: n })))
    this.hide(this.hidden)
    this.to(second)
  }

  /** Whose track is not drawn. */
  hide(people: Set<number>): void {
    this.hidden = people
    const isShown: ExpressionSpecification = ['!', ['in', ['get', 'p'], ['literal', [...people]]]]
    for (const layer of OF_PEOPLE) if (this.map.getLayer(layer)) this.map.setFilter(layer, isShown)
  }

  /** Draws the moment. */
  to(second: number): void {
    if (!this.map.getSource(HEADS)) return
    for (const name of APPEARING) this.reveal(name, second)
    const heads: Feature[] = []
    const pieces: Feature[] = []
    for (const person of this.day.people) {
      if (this.hidden.has(person.n)) continue
      const moment = momentAt(person, second)
      if (!moment || moment.state === 'before') continue
      const about = { p: person.n, colour: colourOf(person.n, this.dark), state: moment.state }
      const name = this.day.people.length - this.hidden.size <= NAMED_UNTIL ? person.about.name : ''
      const note = moment.gap ? gapWords(moment.gap, this.day.baseMs) : ''
      heads.push(feature('Point', [moment.lng, moment.lat], { ...about, n: String(person.n + 1), note: [name, note].filter(Boolean).join('\n') }))
      const line = pieceUntil(person, second)
      if (line.length) pieces.push(feature('LineString', line, about))
    }
    void this.map.getSource<GeoJSONSource>(HEADS)?.setData(collection(heads))
    void this.map.getSource<GeoJSONSource>(NOW)?.setData(collection(pieces))
  }

  /** The cells that people walked through, as they come to be; none, if nobody asks. */
  cover(people: PersonDay[], second: number): void {
    const first = new globalThis.Map<number, number>()
    for (const person of people) for (const [cell, atS] of whenCovered(person)) first.set(cell, Math.min(atS, first.get(cell) ?? Infinity))
    this.write('replay-cells', [...first].map(([cell, atS]) => timed(atS, 'Polygon', squareOf(boundsOfCell(cell)), {})))
    this.reveal('replay-cells', second)
  }

  private pieces(person: PersonDay): Timed[] {
    const about = { p: person.n, colour: colourOf(person.n, this.dark) }
    return piecesOf(person).map(({ endS, line }) => timed(endS, 'LineString', line, about))
  }

  /** Features in the order in which they appear; the place in that order is the id by which they are lit up. */
  private write(name: Appearing, features: Timed[]): void {
    const sorted = features.toSorted((a, b) => a.atS - b.atS)
    this.times.set(name, Int32Array.from(sorted, ({ atS }) => atS))
    this.shown.set(name, 0)
    const data = collection(sorted.map(({ feature: one }, id) => ({ ...one, id })))
    const source = this.map.getSource<GeoJSONSource>(name)
    // Lines of a day are most of what a frame costs: what a pixel and a half cannot show is left out of the tiles.
    if (!source) return void this.map.addSource(name, { type: 'geojson', data, tolerance: 1.5 })
    this.map.removeFeatureState({ source: name })
    void source.setData(data)
  }

  private reveal(name: Appearing, second: number): void {
    const { from, to, there: isThere } = changedBetween(this.times.get(name)!, this.shown.get(name)!, second)
    for (let id = from; id < to; id++) this.map.setFeatureState({ source: name, id }, { there: isThere })
    this.shown.set(name, isThere ? to : from)
  }
}

const OF_PEOPLE = ['replay-pieces', 'replay-stays', 'replay-stay-words', 'replay-gaps', 'replay-gap-words', 'replay-cases']

function feature(type: 'Point' | 'LineString' | 'Polygon', coordinates: Position | Position[] | Position[][], properties: Record<string, unknown>): Feature {
  return { type: 'Feature', properties, geometry: { type, coordinates } as Feature['geometry'] }
}

const timed = (atS: number, ...about: Parameters<typeof feature>): Timed => ({ atS, feature: feature(...about) })

function stays(person: PersonDay): Timed[] {
  return person.stays.map(({ startS, endS, lng, lat }) =>
    timed(endS, 'Point', [lng, lat], { p: person.n, words: r('stay.label', { d: durationWords(endS - startS) }) }),
  )
}

/** From the last known place to the next one, if there is one, with the words at the middle: where somebody was meanwhile nobody knows. */
function gaps(person: PersonDay, baseMs: number): Timed[] {
  const { way } = person
  return person.gaps.flatMap((gap) => {
    const before = lastPoint(way.atS, gap.startS)
    const after = before + 1
    if (before < 0 || after >= way.atS.length) return []
    const line = [before, after].map((i): Position => [way.lngE6[i]! / 1e6, way.latE6[i]! / 1e6])
    const middle = [0, 1].map((axis) => (line[0]![axis]! + line[1]![axis]!) / 2)
    return [timed(gap.endS, 'LineString', line, { p: person.n }), timed(gap.endS, 'Point', middle, { p: person.n, words: gapWords(gap, baseMs) })]
  })
}

/** 14:02–14:31 无信号 */
export function gapWords({ startS, endS, why }: GapSpan, baseMs: number): string {
  const time = (second: number): string => clockTime(new Date(baseMs + second * 1000))
  return r('gap.label', { from: time(startS), to: time(endS), why: whyWords(why) })
}

export function whyWords(why: string): string {
  const known: Record<string, TrackWord> = { silence: 'why.silence', paused: 'why.paused', hidden: 'why.hidden', too_fast: 'why.too_fast' }
  return r(known[why] ?? 'why.silence')
}

function layersOf(palette: Palette): LayerSpecification[] {
  const words = { 'text-font': FONTS, 'text-size': 12 }
  const halo = { 'text-halo-color': palette.halo, 'text-halo-width': 1.75 }
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const
  return [
    { id: 'replay-cells', type: 'fill', source: 'replay-cells', paint: { 'fill-color': palette.brand, 'fill-opacity': ['case', there, 0.22, 0], 'fill-antialias': false } },
    // Short dashes with round ends are dots.
    { id: 'replay-gaps', type: 'line', source: 'replay-gaps', layout: round, paint: { 'line-color': palette.idle, 'line-width': 3, 'line-dasharray': [0.1, 2], 'line-opacity': ['case', there, 0.9, 0] } },
    { id: 'replay-pieces', type: 'line', source: 'replay-pieces', paint: { 'line-color': colour, 'line-width': 3, 'line-opacity': ['case', there, 0.9, 0.13] } },
    { id: 'replay-now', type: 'line', source: NOW, paint: { 'line-color': colour, 'line-width': 3, 'line-opacity': 0.9 } },
    {
      id: 'replay-stays', type: 'circle', source: 'replay-stays',
      paint: { 'circle-radius': 5, 'circle-color': palette.halo, 'circle-stroke-color': palette.ink, 'circle-stroke-width': 2, 'circle-opacity': ['case', there, 1, 0], 'circle-stroke-opacity': ['case', there, 1, 0] },
    },
    { id: 'replay-stay-words', type: 'symbol', source: 'replay-stays', minzoom: 13, layout: { ...words, 'text-field': ['get', 'words'], 'text-anchor': 'left', 'text-offset': [0.8, 0] }, paint: { ...halo, 'text-color': palette.ink, 'text-opacity': ['case', there, 1, 0] } },
    { id: 'replay-gap-words', type: 'symbol', source: 'replay-gaps', minzoom: 13, layout: { ...words, 'text-field': ['coalesce', ['get', 'words'], ''], 'text-anchor': 'top', 'text-offset': [0, 0.4] }, paint: { ...halo, 'text-color': palette.idle, 'text-opacity': ['case', there, 1, 0] } },
    {
      id: 'replay-raw', type: 'circle', source: RAW,
      paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 13, ['case', ['get', 'counts'], 0.9, 3], 17, ['case', ['get', 'counts'], 2.5, 4.5]], 'circle-color': ['case', ['get', 'counts'], palette.ink, palette.warn], 'circle-opacity': ['case', ['get', 'counts'], 0.55, 0.4] },
    },
    { id: 'replay-raw-words', type: 'symbol', source: RAW, minzoom: 14, filter: ['!', ['get', 'counts']], layout: { ...words, 'text-size': 11, 'text-field': ['get', 'words'], 'text-anchor': 'left', 'text-offset': [0.6, 0] }, paint: { ...halo, 'text-color': palette.warn } },
    { id: CASE_LAYER, type: 'symbol', source: 'replay-cases', layout: { 'icon-image': 'happening', 'icon-allow-overlap': true }, paint: { 'icon-opacity': ['case', there, 1, 0] } },
    {
      id: HEAD_LAYER, type: 'circle', source: HEADS,
      paint: {
        'circle-radius': 10,
        'circle-color': ['match', ['get', 'state'], ['unknown', 'after'], palette.land, colour],
        'circle-stroke-width': ['match', ['get', 'state'], ['unknown', 'after'], 1.5, 2.5],
        'circle-stroke-color': ['match', ['get', 'state'], ['unknown', 'after'], palette.idle, palette.halo],
      },
    },
    {
      id: 'replay-head-words', type: 'symbol', source: HEADS,
      layout: { ...words, 'text-field': ['get', 'n'], 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { 'text-color': ['match', ['get', 'state'], ['unknown', 'after'], palette.idle, palette.halo] },
    },
    {
      id: 'replay-head-notes', type: 'symbol', source: HEADS,
      layout: { ...words, 'text-field': ['get', 'note'], 'text-anchor': 'left', 'text-justify': 'left', 'text-offset': [1.1, 0], 'text-optional': true },
      paint: { ...halo, 'text-color': palette.ink },
    },
  ]
}
