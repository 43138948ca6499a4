/* The words of sending and of what may be undone. */
import { translator } from '@/locales/t'
import en from '@/locales/sending.en.json'
import zh from '@/locales/sending.zh-CN.json'

export const s = translator<keyof typeof zh>(zh, en)
