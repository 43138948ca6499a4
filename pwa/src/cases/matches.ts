/* Searching cases that the phone has, as the server searches its own: any part of code, words, matter or grid. */
import type { CaseSummary } from './names'

export function matchesText(it: CaseSummary, words: string, typed: string): boolean {
  const wanted = typed.trim().toLowerCase()
  return [it.code, words, it.matter.name, it.place.grid_name, it.place.village_name].some((text) => text.toLowerCase().includes(wanted))
}
