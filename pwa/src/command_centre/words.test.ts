import { describe, expect, it } from 'vitest'
import deskEn from '@/locales/desk.en.json'
import deskZh from '@/locales/desk.zh-CN.json'
import mapEn from '@/locales/map.en.json'
import mapZh from '@/locales/map.zh-CN.json'

const names = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe.each([
  ['desk', deskZh, deskEn],
  ['map', mapZh, mapEn],
])('the words of the %s', (_, zh: Record<string, string>, en: Record<string, string>) => {
  it('exist in both languages, with the same gaps to fill', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    for (const [key, words] of Object.entries(zh)) expect(names(en[key] ?? ''), key).toEqual(names(words))
  })
})
