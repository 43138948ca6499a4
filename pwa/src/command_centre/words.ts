/* The words of the desk alone; what phone and desk share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/desk.en.json'
import zh from '@/locales/desk.zh-CN.json'

export const d = translator<keyof typeof zh>(zh, en)
