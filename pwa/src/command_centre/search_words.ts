/* The words of the search box. */
import { translator } from '@/locales/t'
import en from '@/locales/search.en.json'
import zh from '@/locales/search.zh-CN.json'

export const s = translator<keyof typeof zh>(zh, en)
