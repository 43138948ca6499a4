/* The words of the outbox alone; what all screens share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/outbox.en.json'
import zh from '@/locales/outbox.zh-CN.json'

export const o = translator<keyof typeof zh>(zh, en)
