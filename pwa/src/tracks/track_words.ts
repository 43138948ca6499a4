/* Figures of a track in words. */
import { clockTime, durationWords } from '@/lib/time_words'
import type { GapSpan, PersonDay } from './day'
import type { Moment } from './moment'
import { r, type TrackWord } from './words'

/** 0 m, 320 m, 2.35 km: running mileage needs a digit more than a distance. */
export function kmWords(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(2)} km`
}

/** What somebody is doing at a second: moving, staying since when, or that nobody knows, from when to when and why. */
export function stateWords({ about }: PersonDay, now: Moment | null, second: number, baseMs: number): string {
  if (!now) return about.derived_at ? r('people.state.none') : r('replay.underived')
  if (now.gap) return gapWords(now.gap, baseMs)
  if (now.stay) return r('people.staying', { d: durationWords(second - now.stay.startS), from: clockTime(new Date(baseMs + now.stay.startS * 1000)) })
  return now.state === 'unknown' || now.state === 'staying' ? r('why.silence') : r(`people.state.${now.state}`)
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
