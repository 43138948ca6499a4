/* What every light, severity, group, state and clock means: the one place. Whatever carries `data-tip="group.late"` shows it (DeskTips),
   and the sheet of the help menu lists them all. */
import { translator } from '@/locales/t'
import en from '@/locales/definitions.en.json'
import zh from '@/locales/definitions.zh-CN.json'

export type Definition = keyof typeof zh

const say = translator<Definition>(zh, en)

export const DEFINED = Object.keys(zh) as Definition[]

/** Empty for what nobody has defined. */
export function definitionOf(name: string): string {
  return name in zh ? say(name as Definition) : ''
}

/** Of one kind, such as `light`, in the order of the sheet. */
export function definitionsOf(kind: 'light' | 'severity' | 'group' | 'status' | 'clock'): Definition[] {
  return DEFINED.filter((name) => name.startsWith(`${kind}.`))
}
