/* The words of the desk's screens about people on patrol, replay and coverage; what phone and desk share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/tracks.en.json'
import zh from '@/locales/tracks.zh-CN.json'

export type TrackWord = keyof typeof zh

export const r = translator<TrackWord>(zh, en)
