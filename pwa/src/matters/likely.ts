/* The likeliest matters here and now with no signal: what this phone itself reported, the nearer, the newer and the closer
   to this hour the more; the catalogue's frequency decides the rest. The same as backend/matters/likely.py. Pure. */
import { distanceM, type LngLat } from '@/lib/distance'
import type { Matter } from './catalogue'

export interface Reported extends LngLat {
  matter: string
  /** ISO time. */
  at: string
}

export const MOST_KEPT = 60

const RADIUS_M = 800
const HALF_LIFE_DAYS = 10
const HOURS_ALIKE = 3.5
const LEAST_BY_HOUR = 0.3
const OTHER_KIND_OF_DAY = 0.7
const FREQUENCY = 0.15
const DAY_MS = 86_400_000
const CHINA_MS = 8 * 3_600_000

export function likelyOffline(reported: Reported[], place: LngLat | null, at: Date, matters: Matter[], count = 6): string[] {
  const offered = matters.filter((matter) => matter.self_dispatch)
  const most = Math.max(...offered.map((matter) => matter.weight), 1)
  const scores = new Map<string, number>()
  for (const one of reported) {
    const apartM = place ? distanceM(place, one) : 0
    if (apartM <= RADIUS_M) scores.set(one.matter, (scores.get(one.matter) ?? 0) + countsFor(one, apartM, at))
  }
  const score = (matter: Matter): number => (scores.get(matter.code) ?? 0) + (FREQUENCY * matter.weight) / most
  return [...offered]
    .sort((a, b) => score(b) - score(a) || b.weight - a.weight || a.code.localeCompare(b.code))
    .slice(0, count)
    .map((matter) => matter.code)
}

function countsFor(one: Reported, apartM: number, at: Date): number {
  const then = new Date(one.at)
  const days = Math.max(at.getTime() - then.getTime(), 0) / DAY_MS
  const straight = Math.abs(hourInChina(then) - hourInChina(at))
  const apart = Math.min(straight, 24 - straight)
  const byHour = LEAST_BY_HOUR + (1 - LEAST_BY_HOUR) * Math.exp(-((apart / HOURS_ALIKE) ** 2))
  const byDay = isWeekend(then) === isWeekend(at) ? 1 : OTHER_KIND_OF_DAY
  return 0.5 ** (days / HALF_LIFE_DAYS) * byHour * byDay * 0.5 ** (apartM / RADIUS_M)
}

const inChina = (at: Date): Date => new Date(at.getTime() + CHINA_MS)
const hourInChina = (at: Date): number => inChina(at).getUTCHours() + inChina(at).getUTCMinutes() / 60
const isWeekend = (at: Date): boolean => [0, 6].includes(inChina(at).getUTCDay())
