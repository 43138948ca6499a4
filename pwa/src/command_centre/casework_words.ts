/* The words of an operator's work with cases: queue, steps, calls, several cases at once. */
import { translator } from '@/locales/t'
import en from '@/locales/casework.en.json'
import zh from '@/locales/casework.zh-CN.json'

export type CaseworkWord = keyof typeof zh

export const c = translator<CaseworkWord>(zh, en)

/** What a step brings about, where its name does not say it all. */
export function consequenceOf(action: string): string {
  const key = `consequence.${action}`
  return key in zh ? c(key as CaseworkWord) : ''
}
