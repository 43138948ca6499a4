/* The words of reporting alone; what all screens share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/reporting.en.json'
import zh from '@/locales/reporting.zh-CN.json'

export const r = translator<keyof typeof zh>(zh, en)
