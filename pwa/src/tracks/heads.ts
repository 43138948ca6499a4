/* Where everybody is at this very second: cleared and drawn for each frame. */
import { isSeen, type Spot, type View } from './flat'
import { Labels } from './labels'
import { beside, put } from './marks'
import { momentAt, type Moment } from './moment'
import { colourOf } from './person_colours'
import type { Scene } from './scene'
import type { Pen } from './sheet'
import { stampAt } from './stamps'
import { gapWords } from './track_words'
import { isFar, lineWidth, prepare, type Walked } from './walked'

const DISC_PX = 10
const SMALL_DISC_PX = 5

export interface Head extends Spot {
  person: number
}

interface Standing extends Head {
  moment: Moment
}

/** The heads that were drawn, the topmost last. */
export function drawHeads(pen: Pen, view: View, scene: Scene, walked: Walked, second: number): Head[] {
  const standing: Standing[] = []
  for (const person of scene.day.people) {
    if (scene.hidden.has(person.n)) continue
    const moment = momentAt(person, second)
    if (!moment || moment.state === 'before') continue
    const spot = scene.spot(moment)
    const [x, y] = [spot.x * view.scale + view.left, spot.y * view.scale + view.top]
    if (isSeen(view, x, y, 16)) standing.push({ person: person.n, x, y, moment })
  }
  standing.sort((a, b) => Number(a.person === scene.focus) - Number(b.person === scene.focus))
  for (const one of standing) drawTail(pen, view, scene, walked, one, second)
  for (const one of standing) drawDisc(pen, view, scene, one)
  drawNotes(pen, scene, standing)
  return standing
}

/** The line from where it ends on the sheet of the walked to where the person is. */
function drawTail(pen: Pen, view: View, scene: Scene, walked: Walked, { person, x, y, moment }: Standing, second: number): void {
  prepare(pen, colourOf(person, scene.dark), lineWidth(scene, view, person))
  pen.globalAlpha = scene.strength(person)
  pen.beginPath()
  const isBegun = walked.goOn(pen, view, person, second)
  if (isBegun && isKnown(moment)) pen.lineTo(x, y)
  pen.stroke()
  pen.globalAlpha = 1
}

const isKnown = ({ state }: Moment): boolean => state !== 'unknown' && state !== 'after'

function drawDisc(pen: Pen, view: View, scene: Scene, { person, x, y, moment }: Standing): void {
  const isMarked = person === scene.focus && scene.day.people.length > 1
  const isSmall = scene.isCrowd && isFar(view) && !isMarked
  const stamp = scene.stamps.disc(isSmall ? SMALL_DISC_PX : DISC_PX, colourOf(person, scene.dark), isSmall ? '' : String(person + 1), isKnown(moment), isMarked)
  stampAt(pen, stamp, x, y)
}

/** Names while there are few, and of whoever is looked at; and since when nobody knows. */
function drawNotes(pen: Pen, scene: Scene, standing: Standing[]): void {
  const labels = new Labels()
  for (const { x, y } of standing) labels.place([{ left: x - DISC_PX, top: y - DISC_PX, width: 2 * DISC_PX, height: 2 * DISC_PX }])
  // Whoever is looked at has the first word.
  for (const { person, x, y, moment } of standing.toReversed()) {
    if (scene.isCrowd && person !== scene.focus) continue
    const note = moment.gap ? gapWords(moment.gap, scene.day.baseMs) : ''
    const words = scene.stamps.words([scene.day.people[person]!.about.name, note].filter(Boolean).join('\n'), scene.palette.ink)
    put(pen, labels, words, [beside(words, x, y, 13), beside(words, x, y, -13)])
  }
}
