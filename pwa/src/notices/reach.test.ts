import { expect, test } from 'vitest'
import { lastRounds, reachWords, type Delivery, type Reach } from './reach'

const reach = (more: Partial<Reach>): Reach => ({ told: 4, delivered: 3, seen: 3, settled_at: null, next_step_at: null, ...more }) as Reach

test('says how many were told, reached and have looked, and what ended it', () => {
  const events = [{ at: '2026-11-29T06:02:00.120000Z', label: '接单' }]
  expect(reachWords(reach({ settled_at: '2026-11-29T06:02:00.12Z' }), events)).toBe('4 人已通知，3 人已看，14:02 接单')
  expect(reachWords(reach({ delivered: 2, seen: 0, next_step_at: '2026-11-29T06:05:00Z' }), events)).toBe('4 人已通知，2 人已送达，还没有人看，14:05 前没人看就再通知')
  expect(reachWords(reach({ settled_at: '2026-11-29T07:00:00Z' }), events)).toBe('4 人已通知，3 人已看，15:00 已处理')
})

test('of a channel that was tried again only the last time is shown', () => {
  const sent = (channel: Delivery['channel'], round: number) => ({ channel, round }) as Delivery
  const found = lastRounds([sent('web_push', 1), sent('in_app', 1), sent('web_push', 3), sent('web_push', 2)])
  expect(found.map((one) => [one.channel, one.round])).toEqual([['web_push', 3], ['in_app', 1]])
})
