/* The words of drafts, publication and what is wrong with a net. */
import { translator } from '@/locales/t'
import en from '@/locales/drafts.en.json'
import zh from '@/locales/drafts.zh-CN.json'

export const w = translator<keyof typeof zh>(zh, en)
