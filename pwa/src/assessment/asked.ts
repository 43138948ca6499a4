/* What is asked for, as it stands in the address: period, grouping, the number that is open. Pure but for the address. */
import { computed } from 'vue'
import { address, go, type Query } from '@/lib/address'
import { now } from '@/lib/clock'
import { addDays, addMonths, dayAt, mondayOf, type Day } from '@/lib/days'
import type { Dimension, Group, Side } from './figures'
import { GROUPS } from './figures'

export interface Period {
  from: Day
  to: Day
}

export const PRESETS = ['this_week', 'last_week', 'this_month', 'last_month', 'this_quarter', 'this_year'] as const
export type Preset = (typeof PRESETS)[number]

export function preset(name: Preset, today: Day): Period {
  const month = `${today.slice(0, 7)}-01`
  const monday = mondayOf(today)
  const quarter = `${today.slice(0, 5)}${String(3 * Math.floor((Number(today.slice(5, 7)) - 1) / 3) + 1).padStart(2, '0')}-01`
  const ends = (first: Day, months: number): Day => addDays(addMonths(first, months), -1)
  const periods: Record<Preset, Period> = {
    this_week: { from: monday, to: addDays(monday, 6) },
    last_week: { from: addDays(monday, -7), to: addDays(monday, -1) },
    this_month: { from: month, to: ends(month, 1) },
    last_month: { from: addMonths(month, -1), to: addDays(month, -1) },
    this_quarter: { from: quarter, to: ends(quarter, 3) },
    this_year: { from: `${today.slice(0, 4)}-01-01`, to: `${today.slice(0, 4)}-12-31` },
  }
  return periods[name]
}

/** The twelve months that end with the period's last. */
export function yearBefore(period: Period): Period {
  const month = `${period.to.slice(0, 7)}-01`
  return { from: addMonths(month, -11), to: addDays(addMonths(month, 1), -1) }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** What the address says of the figures, and how to change a part of it. A number that is open closes with the period. */
export function useAsked() {
  const query = computed(() => address.value.query)
  const period = computed<Period>(() => {
    const { from, to } = query.value
    return from && to && DAY.test(from) && DAY.test(to) ? { from, to } : preset('this_month', dayAt(now()))
  })
  const by = computed(() => (query.value['by'] ?? 'village') as Dimension | 'none')
  const group = computed<Group>(() => (query.value['show'] && query.value['show'] in GROUPS ? (query.value['show'] as Group) : 'handling'))
  /** `closing.part`, and the row in which it stands. */
  const open = computed(() => {
    const [indicator, side] = (query.value['open'] ?? '').split('.')
    return indicator ? { indicator, side: (side ?? 'part') as Side, row: query.value['row'] ?? '' } : null
  })
  function change(more: Query): void {
    go(address.value.parts, { ...query.value, ...more }, { replace: true })
  }
  return { query, period, by, group, open, change }
}

/** The filter that a row adds to what is asked for, as the API names it. */
export function rowFilter(by: Dimension, code: string): Record<string, string | string[]> {
  if (by === 'town' || by === 'village' || by === 'grid') return { within: code }
  if (by === 'major' || by === 'matter') return { matter: [code] }
  return by === 'squad' || by === 'unit' ? { [by]: code } : { [by]: [code] }
}
