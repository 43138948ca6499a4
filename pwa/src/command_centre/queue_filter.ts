/* Which cases of the queue are wanted. The filter stands in the address, in the words of `GET /api/cases` but for `queue` (there `group`),
   so that a link opens the same list for whoever follows it, within their own scope. Pure. */
import type { CaseSummary } from '@/api/client'
import { linkTo, type Query } from '@/lib/address'
import { dayAt } from '@/lib/days'
import { ENDED, filterNamed, isIn, isToldByRows, liesIn, type Filter } from './queue'

export const SORTS = ['due', 'updated', 'opened'] as const
export type Sort = (typeof SORTS)[number]
export const SEVERITIES = ['emergency', 'urgent', 'normal', 'minor'] as const
export const SOURCES = ['staff', 'resident', 'hotline'] as const

export interface QueueFilter {
  group: Filter
  /** The code of a grid: that one and all below. */
  grid: string | null
  /** Codes of matters, or of their major classes. */
  matter: string[]
  severity: string[]
  squad: string | null
  source: string[]
  /** 1 the worker, 2 town, 3 county, 4 above. */
  tier: string | null
  /** Local days, both included. */
  opened_from: string | null
  opened_to: string | null
  closed_from: string | null
  closed_to: string | null
  text: string
  sort: Sort
}

export const EVERYTHING_OPEN: QueueFilter = {
  group: 'open', grid: null, matter: [], severity: [], squad: null, source: [], tier: null,
  opened_from: null, opened_to: null, closed_from: null, closed_to: null, text: '', sort: 'due',
}

/** What narrows the list besides its group. */
export const NARROWING = ['grid', 'matter', 'severity', 'squad', 'source', 'tier', 'opened_from', 'opened_to', 'closed_from', 'closed_to', 'text'] as const
export type Narrowing = (typeof NARROWING)[number]

type FilterQuery = Readonly<Record<string, string | undefined>>

const several = (value: string | undefined): string[] => [...new Set((value ?? '').split(',').filter(Boolean))]
const day = (value: string | undefined): string | null => (value && /^\d{4}-\d\d-\d\d$/.test(value) ? value : null)

/** What an address asks for; parts that nobody knows are left out. */
export function filterAt(query: FilterQuery): QueueFilter {
  const group = filterNamed(query['queue'])
  return {
    group,
    grid: query['grid'] ?? null,
    matter: several(query['matter']),
    severity: several(query['severity']).filter((each) => SEVERITIES.some((known) => known === each)),
    squad: query['squad'] ?? null,
    source: several(query['source']).filter((each) => SOURCES.some((known) => known === each)),
    tier: /^[1-4]$/.test(query['tier'] ?? '') ? query['tier']! : null,
    opened_from: day(query['opened_from']),
    opened_to: day(query['opened_to']),
    closed_from: day(query['closed_from']),
    closed_to: day(query['closed_to']),
    text: query['text'] ?? '',
    sort: SORTS.find((sort) => sort === query['sort']) ?? usualSort(group),
  }
}

/** Whether an address says anything about the queue. */
export function saysFilter(query: FilterQuery): boolean {
  return ['queue', 'sort', ...NARROWING].some((part) => query[part] !== undefined)
}

/** What else stands in an address; a filter that is written there leaves it alone. */
export function besidesFilter(query: FilterQuery): FilterQuery {
  return Object.fromEntries(Object.entries(query).filter(([part]) => !['queue', 'sort', ...NARROWING].includes(part)))
}

/** As it stands in an address, nothing written that goes without saying. */
export function queryOf(filter: QueueFilter): Query {
  const { group, sort, matter, severity, source, ...others } = filter
  return {
    ...others,
    queue: group === 'open' ? null : group,
    matter: matter.join(','),
    severity: severity.join(','),
    source: source.join(','),
    text: filter.text.trim(),
    sort: sort === usualSort(group) ? null : sort,
  }
}

/** What is open by its deadline; what has ended by when it did. */
export function usualSort(group: Filter): Sort {
  return group === 'ended' ? 'updated' : 'due'
}

export function isSame(one: QueueFilter, other: QueueFilter): boolean {
  return linkTo([], queryOf(one)) === linkTo([], queryOf(other))
}

export function isNarrowed(filter: QueueFilter): boolean {
  return NARROWING.some((part) => isSet(filter, part))
}

export function isSet(filter: QueueFilter, part: Narrowing): boolean {
  const value = filter[part]
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

export function without(filter: QueueFilter, part: Narrowing): QueueFilter {
  return { ...filter, [part]: EVERYTHING_OPEN[part] }
}

/** As `GET /api/cases` and `GET /api/cases/counts` are asked. */
export function asked(filter: QueueFilter): Record<string, string | string[]> {
  const parts = NARROWING.filter((part) => isSet(filter, part)).map((part) => [part, filter[part]] as const)
  return { ...groupAsked(filter.group), sort: filter.sort, ...(Object.fromEntries(parts) as Record<Narrowing, string | string[]>) }
}

/** The server's `ended` is what ended within the hour; here it is the whole archive. */
function groupAsked(group: Filter): Record<string, string | string[]> {
  return group === 'ended' ? { status: [...ENDED] } : { group }
}

/** Whether rows that are all at hand answer it; of some groups only the server knows. */
export function isAnsweredByRows(filter: QueueFilter): boolean {
  return isToldByRows(filter.group) && !filter.closed_from && !filter.closed_to
}

/** Everything but the group. */
export function isWanted(filter: QueueFilter, row: CaseSummary): boolean {
  const among = (wanted: string[], value: string) => !wanted.length || wanted.includes(value)
  const opened = dayAt(new Date(row.opened_at))
  return (
    (!filter.grid || liesIn(row.place.grid_code, filter.grid)) &&
    (!filter.matter.length || filter.matter.some((code) => row.matter.code.startsWith(code))) &&
    among(filter.severity, row.severity) &&
    (!filter.squad || row.squad?.code === filter.squad) &&
    among(filter.source, row.source) &&
    (!filter.tier || String(row.tier) === filter.tier) &&
    (!filter.opened_from || opened >= filter.opened_from) &&
    (!filter.opened_to || opened <= filter.opened_to) &&
    holdsText(row, filter.text)
  )
}

export function isShown(filter: QueueFilter, row: CaseSummary, now: Date): boolean {
  return isIn(filter.group, row, now) && isWanted(filter, row)
}

/** As the server searches: part of the code, the words, the matter or the grid. */
function holdsText(row: CaseSummary, text: string): boolean {
  const wanted = text.trim().toLowerCase()
  return !wanted || [row.code, row.words, row.matter.name, row.place.grid_name].some((each) => each.toLowerCase().includes(wanted))
}
