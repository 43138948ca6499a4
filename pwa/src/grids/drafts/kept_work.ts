/* What is being done with a tool, kept in this tab for each draft: a reload or a sign-in in between loses no drawn line. */
import type { Work } from './tools'

const keptAs = (id: string) => `suozi.draft_work.${id}`

/** Null when there is nothing worth keeping any more. */
export function keepWork(id: string, work: Work | null): void {
  if (work) sessionStorage.setItem(keptAs(id), JSON.stringify(work))
  else sessionStorage.removeItem(keptAs(id))
}

export function keptWork(id: string): Work | null {
  try {
    return JSON.parse(sessionStorage.getItem(keptAs(id)) ?? 'null') as Work | null
  } catch {
    return null
  }
}
