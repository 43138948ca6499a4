/* The words of the net's browser. */
import type { Day } from '@/lib/days'
import { language, translator } from '@/locales/t'
import en from '@/locales/net.en.json'
import zh from '@/locales/net.zh-CN.json'

export const n = translator<keyof typeof zh>(zh, en)

/** 860 平方米, 12.34 公顷; from 1 km² in square kilometres. */
export function areaWords(area_m2: number): string {
  if (area_m2 < 10_000) return n('area.m2', { n: Math.round(area_m2) })
  if (area_m2 < 1e6) return n('area.ha', { n: (area_m2 / 1e4).toFixed(area_m2 < 1e5 ? 2 : 1) })
  return n('area.km2', { n: (area_m2 / 1e6).toFixed(area_m2 < 1e7 ? 2 : 1) })
}

/** 2026年11月24日 */
export function dayWords(day: Day): string {
  const words = new Intl.DateTimeFormat(language.value, { timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric' })
  return words.format(new Date(`${day}T12:00:00Z`))
}
