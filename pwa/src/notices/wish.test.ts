import { expect, test } from 'vitest'
import { bodyOf, quietOf, withMuted, withQuiet, type Wish } from './wish'

const WISH: Wish = {
  muted: [], language: 'zh', quiet_from: '22:00:00', quiet_until: '07:00:00', quiet_is_usual: true, mail: null, available: ['web_push'], push_key: 'key', push_devices: 0,
}

test('the usual quiet hours are not written down as own ones', () => {
  expect(bodyOf(WISH)).toEqual({ muted: [], language: 'zh', quiet_from: null, quiet_until: null, mail: null })
  expect(bodyOf(withQuiet(WISH, 'own'))).toMatchObject({ quiet_from: '22:00:00', quiet_until: '07:00:00' })
})

test('each way of being quiet is found again, and none leads to own hours that are some', () => {
  for (const quiet of ['usual', 'own', 'none'] as const) expect(quietOf(withQuiet(WISH, quiet))).toBe(quiet)
  expect(quietOf(withQuiet(withQuiet(WISH, 'none'), 'own'))).toBe('own')
})

test('a channel is muted once and can be heard again', () => {
  const muted = withMuted(withMuted(WISH, 'mail', true), 'mail', true)
  expect(bodyOf(muted).muted).toEqual(['mail'])
  expect(bodyOf(withMuted(muted, 'mail', false)).muted).toEqual([])
})
