/* The words of the desk's screens about people, squads and duty; what phone and desk share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/staff.en.json'
import zh from '@/locales/staff.zh-CN.json'

export type StaffWord = keyof typeof zh

export const s = translator<StaffWord>(zh, en)
