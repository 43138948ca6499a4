/* The first look around the desk: which steps there are, and who has had it. It is offered once to each person in a browser. */
import type { CommandWord } from './command_words'

export interface TourStep {
  /** The value of `data-tour` on what is shown. */
  at: string
  title: CommandWord
  words: CommandWord
}

export const TOUR: readonly TourStep[] = [
  { at: 'queue', title: 'tour.queue', words: 'tour.queue_words' },
  { at: 'filter', title: 'tour.filter', words: 'tour.filter_words' },
  { at: 'map', title: 'tour.map', words: 'tour.map_words' },
  { at: 'case', title: 'tour.case', words: 'tour.case_words' },
  { at: 'live', title: 'tour.live', words: 'tour.live_words' },
  { at: 'help', title: 'tour.help', words: 'tour.help_words' },
]

/** A list of people; `*` on a screen where nobody is to be greeted, such as one on the wall. */
const KEPT_AS = 'suozi.tour'

function seenBy(): string[] {
  return (localStorage.getItem(KEPT_AS) ?? '').split(' ').filter(Boolean)
}

export function hasHadTour(person: string): boolean {
  const seen = seenBy()
  return seen.includes('*') || seen.includes(person)
}

export function rememberTour(person: string): void {
  localStorage.setItem(KEPT_AS, [...new Set([...seenBy(), person])].join(' '))
}

/** Where the card stands beside what it explains: right of it, else left, else below, within the window. Pixels. */
export function placeCard(box: Pick<DOMRect, 'left' | 'top' | 'right' | 'bottom'>, card: { width: number; height: number }, window: { width: number; height: number }): { left: number; top: number } {
  const GAP = 16
  const within = (value: number, most: number) => Math.max(GAP, Math.min(value, most - GAP))
  const top = within(box.top, window.height - card.height)
  if (box.right + GAP + card.width <= window.width) return { left: box.right + GAP, top }
  if (box.left - GAP - card.width >= 0) return { left: box.left - GAP - card.width, top }
  return { left: within(box.left, window.width - card.width), top: within(box.bottom + GAP, window.height - card.height) }
}
