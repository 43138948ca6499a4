import { expect, it } from 'vitest'
import { cameraInLink, cameraOfLink, whomInLink, whomOfLink } from './replay_link'

it.each(['', 'squad:xxk-squad-1', 'staff:0190', 'grid:320281104206003'])('whom %s is the same again', (words) => expect(whomInLink(whomOfLink(words))).toBe(words))
it.each([undefined, 'nobody:1', 'squad:', 'all:x'])('%s means everybody', (words) => expect(whomOfLink(words)).toEqual({ kind: 'all' }))

it('the place of the map is the same again', () => {
  expect(cameraInLink(cameraOfLink('15.20/31.80221/120.29853')!)).toBe('15.20/31.80221/120.29853')
})
it.each([undefined, '', '15/31', 'a/b/c', '15/131/120', '99/31/120'])('%s is no place', (words) => expect(cameraOfLink(words)).toBeNull())
