/* The words of the figures. */
import { translator } from '@/locales/t'
import en from '@/locales/figures.en.json'
import zh from '@/locales/figures.zh-CN.json'

export type FigureKey = keyof typeof zh
export const f = translator<FigureKey>(zh, en)
