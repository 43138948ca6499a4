import { expect, test } from 'vitest'
import { robotStanding, standingOf, type ChannelRow, type RobotRow } from './board'

const health = { well_at: null as string | null, failing_since: null as string | null }
const AT = '2026-11-29T06:00:00Z'

test.each([
  ['in_app', {}, 'works'],
  ['sms', { set_up: false, failing_since: AT }, 'not_set_up'],
  ['mail', { failing_since: AT, well_at: AT }, 'failing'],
  ['web_push', { well_at: AT }, 'works'],
  ['web_push', {}, 'unused'],
] as const)('%s with %o is %s', (channel, more, found) => {
  expect(standingOf({ channel, set_up: true, ...health, ...more } as ChannelRow)).toBe(found)
})

test('a robot that is switched off neither fails nor waits', () => {
  const robot = { active: true, blocked_until: null, ...health }
  const found = (more: object) => robotStanding({ ...robot, ...more } as RobotRow)
  expect(found({ active: false, failing_since: AT })).toBe('off')
  expect(found({ blocked_until: AT, failing_since: AT })).toBe('blocked')
  expect(found({ failing_since: AT })).toBe('failing')
})
