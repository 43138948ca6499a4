/* What this person reported from this phone, where and when: only to offer the likely matters with no signal. Forgotten at
   sign-out with every other copy. */
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { MOST_KEPT, type Reported } from '@/matters/likely'
import { keepCopy, keptCopy } from '@/offline/kept'

const keptAs = (): string => `${session.me.value?.id} own reports`

export async function ownReports(): Promise<Reported[]> {
  return (await keptCopy<Reported[]>(keptAs()))?.data ?? []
}

export async function rememberReport(reported: Reported): Promise<void> {
  const before = await ownReports()
  await keepCopy(keptAs(), { data: [reported, ...before].slice(0, MOST_KEPT), asOf: now() })
}
