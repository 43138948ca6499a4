/* The words of the phone's screens about cases; what all screens share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/cases.en.json'
import zh from '@/locales/cases.zh-CN.json'

export type CaseWord = keyof typeof zh

export const c = translator<CaseWord>(zh, en)
