/* Days on which Monday-to-Friday does not hold: public holidays, and weekend days that are worked (调休). */
import { api, ask } from '@/api/client'
import type { Day } from '@/lib/days'

export type DayKinds = Readonly<Record<Day, 'holiday' | 'workday' | undefined>>

/** Those between two days, both included. Without an answer the calendar is drawn without them. */
export async function fetchDayKinds(from: Day, to: Day): Promise<DayKinds> {
  const answer = await ask(api.GET('/api/calendar', { params: { query: { from, to } } }))
  return answer.ok ? Object.fromEntries(answer.data.map(({ on, kind }) => [on, kind])) : {}
}
