/** The words on the map, for phone and desk alike. */
import { translator } from '@/locales/t'
import en from '@/locales/map.en.json'
import zh from '@/locales/map.zh-CN.json'

export const t = translator<keyof typeof zh>(zh, en)
