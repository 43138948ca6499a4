/* A calendar day as people say it: 今天、明天、12月5日. */
import type { Day } from '@/lib/days'
import { dayAndTime } from '@/lib/time_words'
import { momentAt } from './moments'

export function dayWordsOf(day: Day, now: Date): string {
  return dayAndTime(momentAt(day, '12:00'), now).replace(/[\s,]*12:00$/, '')
}
