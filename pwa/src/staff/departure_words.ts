/* A departure in words: when somebody leaves or left, and what was handed over, in one paragraph. */
import type { Schemas } from '@/api/client'
import { dayWords } from '@/grids/words'
import { t } from '@/locales/t'
import type { PersonRow } from './people'
import { s } from './words'

/** 2026年11月30日后离开, 2026年11月20日离开; empty for those who stay. */
export function leftWords({ left_on, present }: Pick<PersonRow, 'left_on' | 'present'>): string {
  if (!left_on) return ''
  return s(present ? 'person.leaves_on' : 'person.left_on', { day: dayWords(left_on) })
}

export function departureWords(done: Schemas['DepartureOut']): string {
  const taken = done.posts.filter((post) => post.to_name !== null)
  const sentences = [s('departed.last_day', { day: dayWords(done.last_day) })]
  if (taken.length) sentences.push(s('departed.posts', { posts: taken.map((post) => s('departed.post', { place: post.place_name, name: post.to_name! })).join(t('names.between')) }))
  if (done.cases.length) sentences.push(done.cases_to_name ? s('departed.cases', { n: done.cases.length, name: done.cases_to_name }) : s('departed.cases_squad', { n: done.cases.length }))
  if (done.turns_taken) sentences.push(s('departed.turns_taken', { n: done.turns_taken }))
  if (done.turns_freed) sentences.push(s('departed.turns_freed', { n: done.turns_freed }))
  if (done.swaps_withdrawn) sentences.push(s('departed.swaps', { n: done.swaps_withdrawn }))
  return [...sentences, ...done.warnings].join('')
}
