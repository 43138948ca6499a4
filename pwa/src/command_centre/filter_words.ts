/* What a filter says, in a few words for each part: on the chips under the queue's search. */
import { t, type WordKey } from '@/locales/t'
import { c, type CaseworkWord } from './casework_words'
import { w } from './command_words'
import { isSet, NARROWING, type Narrowing, type QueueFilter } from './queue_filter'

/** The names of what the filter only has codes of; a code without a name is shown as it is. */
export interface Names {
  grid: (code: string) => string
  matter: (code: string) => string
  squad: (code: string) => string
}

const between = (values: string[]): string => values.join(c('names.between'))

function days(from: string | null, to: string | null): string {
  if (from && to) return from === to ? from : w('filter.between', { from, to })
  return from ? w('filter.since', { from }) : w('filter.until', { to: to ?? '' })
}

function wordsOf(part: Narrowing, filter: QueueFilter, names: Names): string {
  switch (part) {
    case 'grid': return names.grid(filter.grid ?? '')
    case 'matter': return between(filter.matter.map(names.matter))
    case 'severity': return between(filter.severity.map((each) => t(`severity.${each}` as WordKey)))
    case 'squad': return names.squad(filter.squad ?? '')
    case 'source': return between(filter.source.map((each) => c(`source.${each}` as CaseworkWord)))
    case 'tier': return w('filter.tier_is', { tier: c(`tier.${filter.tier}` as CaseworkWord) })
    case 'opened_from':
    case 'opened_to': return w('filter.opened_is', { when: days(filter.opened_from, filter.opened_to) })
    case 'closed_from':
    case 'closed_to': return w('filter.closed_is', { when: days(filter.closed_from, filter.closed_to) })
    case 'text': return w('filter.text_is', { text: filter.text.trim() })
  }
}

export interface Chip {
  /** What is taken away with it: a period goes whole. */
  parts: Narrowing[]
  words: string
}

export function chipsOf(filter: QueueFilter, names: Names): Chip[] {
  const shown = NARROWING.filter((part) => isSet(filter, part) && !(part === 'opened_to' && filter.opened_from) && !(part === 'closed_to' && filter.closed_from))
  return shown.map((part) => ({
    parts: part.startsWith('opened') ? ['opened_from', 'opened_to'] : part.startsWith('closed') ? ['closed_from', 'closed_to'] : [part],
    words: wordsOf(part, filter, names),
  }))
}
