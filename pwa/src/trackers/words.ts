/* The words of phone trackers, on the phone and the desk. */
import { translator } from '@/locales/t'
import en from '@/locales/trackers.en.json'
import zh from '@/locales/trackers.zh-CN.json'

export type TrackerWord = keyof typeof zh

export const k = translator<TrackerWord>(zh, en)
