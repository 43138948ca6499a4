/* The words of the town time machine; what phone and desk share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/past.en.json'
import zh from '@/locales/past.zh-CN.json'

export type PastWord = keyof typeof zh

export const p = translator<PastWord>(zh, en)
