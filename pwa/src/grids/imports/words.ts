/* The words of bringing a file of grids in. */
import { translator } from '@/locales/t'
import en from '@/locales/imports.en.json'
import zh from '@/locales/imports.zh-CN.json'

export const i = translator<keyof typeof zh>(zh, en)
