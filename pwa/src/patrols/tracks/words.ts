/* How a day's track is told. */
import { distanceWords } from '@/lib/distance'
import { clockTime, durationWords } from '@/lib/time_words'
import type { Schemas } from '@/api/client'
import { p } from '../words'

export type Day = Schemas['DayDetail']
export type Gap = Schemas['GapOut']

const REASONS = ['silence', 'paused', 'too_fast', 'hidden'] as const

/** 没有信号, 暂停, 网页不在屏幕上 …; what this build does not know is time for which nothing is known. */
export function whyWords(why: string): string {
  const known = REASONS.find((one) => one === why)
  return p(known ? `gap.${known}` : 'gap.silence')
}

/** 14:02–14:31 没有信号 */
export function gapWords(gap: Gap): string {
  return p('gap.line', { from: clockTime(new Date(gap.start_at)), to: clockTime(new Date(gap.end_at)), why: whyWords(gap.why) })
}

/** What lies between two runs: the gap of the day that overlaps that time the longest. */
export function gapBetween(gaps: readonly Gap[], from_s: number, to_s: number): string {
  const overlap = (gap: Gap): number => Math.min(to_s, Date.parse(gap.end_at) / 1000) - Math.max(from_s, Date.parse(gap.start_at) / 1000)
  const best = gaps.toSorted((a, b) => overlap(b) - overlap(a))[0]
  return best && overlap(best) > 0 ? gapWords(best) : ''
}

/** 3.2 km · 记录 2 小时 · 中断 2 次 */
export function figures(day: Pick<Day, 'clean_m' | 'recorded_s' | 'gaps'>): string {
  const parts = [distanceWords(day.clean_m), p('day.recorded', { d: durationWords(day.recorded_s) })]
  return [...parts, ...(day.gaps ? [p('day.gaps', { n: day.gaps })] : [])].join(' · ')
}
