/* The words of the command map: layers, tools, squads to drop a case on, what lies in an area. */
import { translator } from '@/locales/t'
import en from '@/locales/command_map.en.json'
import zh from '@/locales/command_map.zh-CN.json'

export const m = translator<keyof typeof zh>(zh, en)
