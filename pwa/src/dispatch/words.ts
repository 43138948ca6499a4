/* The words of the screens about routing rules; what phone and desk share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/rules.en.json'
import zh from '@/locales/rules.zh-CN.json'

export type RuleWord = keyof typeof zh

export const r = translator<RuleWord>(zh, en)
