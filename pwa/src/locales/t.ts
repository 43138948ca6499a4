/* Words in the reader's language. A catalogue is one flat JSON object per language; its keys are typed from the Chinese
   one. Holds no sentences itself, and knows no plural rules: sentences are written so that they need none. */
import { ref, watchEffect } from 'vue'
import en from './en.json'
import zh from './zh-CN.json'

export type Language = 'zh-CN' | 'en'

const KEPT_AS = 'suozi.language'

export const language = ref<Language>(localStorage.getItem(KEPT_AS) === 'en' ? 'en' : 'zh-CN')

watchEffect(() => {
  localStorage.setItem(KEPT_AS, language.value)
  document.documentElement.lang = language.value
})

export type Translate<Key extends string> = (key: Key, values?: Record<string, string | number>) => string

/** Reads `language`, so a template that calls the result is redrawn when the language changes. `{name}` is filled in. */
export function translator<Key extends string>(zhWords: Record<Key, string>, enWords: Record<Key, string>): Translate<Key> {
  return (key, values = {}) => {
    const words = language.value === 'en' ? enWords[key] : zhWords[key]
    return words.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
  }
}

export type WordKey = keyof typeof zh

/** Words shared by all screens and those of the phone. The desk makes its own from its own catalogues. */
export const t: Translate<WordKey> = translator<WordKey>(zh, en)
