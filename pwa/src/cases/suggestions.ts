/* Sentences that are said again and again, one tap instead of typing. */
import type { ActionName } from './names'
import { c, type CaseWord } from './words'

const SUGGESTED: Partial<Record<ActionName, readonly CaseWord[]>> = {
  feedback: ['say.cleared', 'say.repaired', 'say.talked'],
  co_feedback: ['say.part_done', 'say.cleared', 'say.repaired'],
  fail: ['say.not_done', 'say.came_back', 'say.photo_unclear'],
  review_return: ['say.photo_unclear', 'say.not_done', 'say.words_missing'],
  verify_absent: ['say.gone', 'say.never_there'],
  verify_unable: ['say.place_unclear', 'say.no_entry'],
  verify_found: ['say.as_reported'],
}

export function suggestions(action: ActionName): string[] {
  return (SUGGESTED[action] ?? []).map((word) => c(word))
}
