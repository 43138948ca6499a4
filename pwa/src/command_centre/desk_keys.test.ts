import { expect, it } from 'vitest'
import { capsOf, DESK_KEYS, keysOf, type DeskKey } from './desk_keys'
import { VIEWS } from './views'

it('gives no key two meanings in one view', () => {
  for (const view of [...VIEWS, 'big'] as const) {
    const pressed = keysOf(view).flatMap((name) => [...DESK_KEYS[name].press] as string[])
    expect(pressed, view).toEqual([...new Set(pressed)])
  }
})

it('writes every key on the sheet with words of its own', () => {
  for (const [name, key] of Object.entries(DESK_KEYS) as [keyof typeof DESK_KEYS, DeskKey][]) {
    expect(capsOf(name).length, name).toBeGreaterThan(0)
    expect(key.words(), name).not.toBe('')
  }
  for (const view of VIEWS) {
    const words = keysOf(view).map((name) => DESK_KEYS[name].words())
    expect(words).toEqual([...new Set(words)])
  }
})
