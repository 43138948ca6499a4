/* The words of what people are told, on phone and desk. */
import { translator } from '@/locales/t'
import en from '@/locales/notices.en.json'
import zh from '@/locales/notices.zh-CN.json'

export type NoticeWord = keyof typeof zh

export const n = translator<NoticeWord>(zh, en)
