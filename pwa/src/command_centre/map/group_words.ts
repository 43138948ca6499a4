import { c, type CaseworkWord } from '../casework_words'
import { w, type CommandWord } from '../command_words'
import type { Filter } from '../queue'

const OWN_WORDS: readonly string[] = ['open', 'emergency', 'sent_back', 'not_satisfied', 'resuming']

/** What a group of the queue is called. */
export function groupWords(group: Filter): string {
  return OWN_WORDS.includes(group) ? w(`group.${group}` as CommandWord) : c(`group.${group}` as CaseworkWord)
}
