/* The words of exports. */
import en from '@/locales/exports.en.json'
import zh from '@/locales/exports.zh-CN.json'
import { translator } from '@/locales/t'

export const e = translator<keyof typeof zh>(zh, en)
