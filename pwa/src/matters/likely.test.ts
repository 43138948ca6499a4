import { expect, it } from 'vitest'
import type { Matter } from './catalogue'
import { likelyOffline, type Reported } from './likely'

const MATTERS = [['bikes', 613], ['litter', 275], ['stalls', 58], ['smoke', 1], ['other', 700]].map(
  ([code, weight]) => ({ code, weight, self_dispatch: code !== 'other' }) as Matter,
)
const HERE = { lng: 120.3, lat: 31.9 }
const MONDAY_8 = new Date('2026-11-23T08:00:00+08:00')
const seen = (matter: string, hoursAgo: number, east = 0): Reported => ({
  matter, lng: HERE.lng + east, lat: HERE.lat, at: new Date(MONDAY_8.getTime() - hoursAgo * 3_600_000).toISOString(),
})
const likely = (...reported: Reported[]): string[] => likelyOffline(reported, HERE, MONDAY_8, MATTERS, 3)

it('goes by frequency where nothing was reported, and never offers what only the operator dispatches', () =>
  expect(likely()).toEqual(['bikes', 'litter', 'stalls']))
it('puts what was just reported here first', () => expect(likely(seen('smoke', 1))[0]).toBe('smoke'))
it('does not for what was reported elsewhere', () => expect(likely(seen('smoke', 1, 0.05))[0]).toBe('bikes'))
it('does not for what was long ago and at night', () => expect(likely(seen('smoke', 29 * 24 + 10))[0]).toBe('bikes'))
it('prefers what comes at this hour', () => expect(likely(seen('stalls', 7 * 24 + 10), seen('litter', 7 * 24))[0]).toBe('litter'))
it('without a place counts all of one’s own reports', () =>
  expect(likelyOffline([seen('smoke', 1, 0.05)], null, MONDAY_8, MATTERS, 1)).toEqual(['smoke']))
