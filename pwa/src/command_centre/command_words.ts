/* The words of the desk around the cases: panels, filters, views, sound, help, the wall screen. */
import { translator } from '@/locales/t'
import en from '@/locales/command.en.json'
import zh from '@/locales/command.zh-CN.json'

export type CommandWord = keyof typeof zh

export const w = translator<CommandWord>(zh, en)
