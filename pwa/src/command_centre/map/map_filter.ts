/* The queue's filter as the map asks for it, and in words for the legend. Pure. */
import { gridByCode, type Net } from '@/map/net'
import { chipsOf } from '../filter_words'
import { asked, type QueueFilter } from '../queue_filter'
import { groupWords } from './group_words'

/** As the query of an address; the order of a list is no matter of a map. */
export function mapQuery(filter: QueueFilter): string {
  const { sort: _sort, ...parts } = asked(filter)
  const pairs = Object.entries(parts).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((each) => [name, each]))
  return new URLSearchParams(pairs).toString()
}

export function narrowedWords(filter: QueueFilter, net: Net | null, squads: readonly { code: string; name: string }[]): string {
  const names = {
    grid: (code: string) => (net && gridByCode(net.grids, code)?.properties.name) ?? code,
    matter: (code: string) => code,
    squad: (code: string) => squads.find((squad) => squad.code === code)?.name ?? code,
  }
  return [filter.group === 'open' ? '' : groupWords(filter.group), ...chipsOf(filter, names).map(({ words }) => words)].filter(Boolean).join(' · ')
}
