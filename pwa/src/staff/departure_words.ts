/* What a departure handed over, in one paragraph. */
import type { Schemas } from '@/api/client'
import { s } from './words'

export function departureWords(done: Schemas['DepartureOut']): string {
  const taken = done.posts.filter((post) => post.to_name !== null)
  const sentences = [s('departed.last_day', { day: done.last_day })]
  if (taken.length) sentences.push(s('departed.posts', { posts: taken.map((post) => s('departed.post', { place: post.place_name, name: post.to_name! })).join('、') }))
  if (done.cases.length) sentences.push(done.cases_to_name ? s('departed.cases', { n: done.cases.length, name: done.cases_to_name }) : s('departed.cases_squad', { n: done.cases.length }))
  if (done.turns_taken) sentences.push(s('departed.turns_taken', { n: done.turns_taken }))
  if (done.turns_freed) sentences.push(s('departed.turns_freed', { n: done.turns_freed }))
  if (done.swaps_withdrawn) sentences.push(s('departed.swaps', { n: done.swaps_withdrawn }))
  return [...sentences, ...done.warnings].join('')
}
