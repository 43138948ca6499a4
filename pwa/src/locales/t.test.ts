import { expect, it } from 'vitest'
import { language, translator } from './t'

const catalogues = import.meta.glob<Record<string, string>>('./*.json', { eager: true, import: 'default' })
const pairs = Object.keys(catalogues)
  .filter((path) => path.endsWith('zh-CN.json'))
  .map((path) => [path, path.replace('zh-CN', 'en')] as const)
const blanks = (words: string): string[] => [...words.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort()

it.each(pairs)('%s and %s have the same keys and blanks', (zh, en) => {
  expect(Object.keys(catalogues[en]!).sort()).toEqual(Object.keys(catalogues[zh]!).sort())
  for (const [key, words] of Object.entries(catalogues[zh]!)) expect([key, blanks(catalogues[en]![key]!)]).toEqual([key, blanks(words)])
})

it('speaks the chosen language', () => {
  const t = translator({ left: '剩 {n}' }, { left: '{n} left' })
  expect(t('left', { n: 3 })).toBe('剩 3')
  language.value = 'en'
  expect(t('left', { n: 3 })).toBe('3 left')
  language.value = 'zh-CN'
})
