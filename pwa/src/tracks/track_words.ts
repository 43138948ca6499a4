/* Figures of a track in words. */
import { clockTime, durationWords } from '@/lib/time_words'
import type { PersonDay } from './day'
import type { Moment } from './moment'
import { gapWords } from './replay_layers'
import { r } from './words'

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
