/* Figures in words: a rate, how it moved, what is better. A rate of nothing is a dash, never 0 % or 100 %. Pure. */
import type { Schemas } from '@/api/client'
import { f } from './words'

export type Figure = Schemas['FigureOut']
export type FigureRow = Schemas['FigureRow']
export type Figures = Schemas['FiguresOut']
export type Indicator = Schemas['IndicatorOut']
export type Dimension = Schemas['Dimension']
export type Side = 'part' | 'whole' | 'rest'

/** Part by whole; a plain count is its own value; null where nothing was to be counted. */
export function valueOf(figure: Figure | undefined): number | null {
  if (!figure) return null
  if (figure.whole === null) return figure.part
  return figure.whole ? figure.part / figure.whole : null
}

export function valueWords(figure: Figure | undefined): string {
  const value = valueOf(figure)
  if (!figure || value === null) return f('none')
  return figure.whole === null ? String(figure.part) : percentWords(value)
}

/** 911/972; nothing for a plain count and for a rate of nothing. */
export function ofWords(figure: Figure | undefined): string {
  return figure?.whole ? f('of', { part: figure.part, whole: figure.whole }) : ''
}

export function percentWords(rate: number): string {
  return `${(100 * rate).toFixed(1)}%`
}

export type Tone = 'good' | 'bad' | 'plain'
export interface Move {
  words: string
  tone: Tone
}

/** How a figure moved since the period before; a movement is good or bad only where the indicator says which way is. */
export function moveOf(now: Figure | undefined, before: Figure | undefined, direction: Indicator['direction']): Move {
  const value = valueOf(now)
  const earlier = valueOf(before)
  if (value === null || earlier === null || !now) return { words: '', tone: 'plain' }
  if (now.whole === null) {
    const more = value - earlier
    if (more === 0) return { words: f('before.same'), tone: 'plain' }
    return { words: f(more > 0 ? 'before.more' : 'before.fewer', { n: Math.abs(more) }), tone: 'plain' }
  }
  const points = 100 * (value - earlier)
  if (Math.abs(points) < 0.05) return { words: f('before.same'), tone: 'plain' }
  const better = direction === 'none' ? 'plain' : points > 0 === (direction === 'up') ? 'good' : 'bad'
  return { words: f(points > 0 ? 'before.up' : 'before.down', { n: Math.abs(points).toFixed(1) }), tone: better }
}

/** Ascending; what has no value comes last whichever way the table is sorted by hand. */
export function compareValues(one: number | null, other: number | null): number {
  if (one === null || other === null) return one === other ? 0 : one === null ? -1 : 1
  return one - other
}

/** What a group of indicators shows, in the order of the work. */
export const GROUPS = {
  handling: ['due', 'on_time', 'closing', 'closing_on_time', 'rework'],
  intake: ['reported', 'self_handled', 'filing', 'right_filing', 'missed', 'verifying', 'dispatching', 'right_dispatch'],
  quality: ['taken', 'sending_back', 'bouncing', 'extending', 'suspending', 'inspecting', 'satisfaction', 'forced'],
} as const
export type Group = keyof typeof GROUPS
export const TOTALS = ['reported', 'filing', 'on_time', 'closing', 'closing_on_time', 'satisfaction'] as const

/** The name of a row: those of its groups. */
export function rowName(row: FigureRow): string {
  return row.names.length ? row.names.join(' · ') : f('total')
}
