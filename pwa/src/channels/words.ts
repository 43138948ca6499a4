/* The words of the delivery board. */
import { translator } from '@/locales/t'
import en from '@/locales/channels.en.json'
import zh from '@/locales/channels.zh-CN.json'

export const h = translator<keyof typeof zh>(zh, en)
