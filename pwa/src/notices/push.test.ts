import { expect, test } from 'vitest'
import { hindrance } from './push'

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1'
const ANDROID = 'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36'

test.each([
  [`${ANDROID} MicroMessenger/8.0`, true, false, 'in_app'],
  [`${ANDROID} DingTalk/7.6`, false, false, 'in_app'],
  [IPHONE, false, false, 'install'],
  [IPHONE, true, true, null],
  [IPHONE, false, true, 'unsupported'],
  [ANDROID, true, false, null],
  [ANDROID, false, false, 'unsupported'],
])('%s', (userAgent, hasPush, isInstalled, found) => {
  expect(hindrance({ userAgent, hasPush, isInstalled })).toBe(found)
})
