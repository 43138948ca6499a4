/* The words of patrols alone; what all screens share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/patrols.en.json'
import zh from '@/locales/patrols.zh-CN.json'

export type PatrolWord = keyof typeof zh

export const p = translator<PatrolWord>(zh, en)
