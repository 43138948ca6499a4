import { describe, expect, it } from 'vitest'
import { missedS, standingOf, type Source } from './standing'

const NOW = new Date('2026-11-20T04:00:00Z')
const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString()
const source = (over: Partial<Source>): Source => ({ created_at: ago(120), disabled_at: null, last_contact_at: null, ...over }) as Source
const standing = (over: Partial<Source>, patrolSince: string | null = null): string => standingOf(source(over), patrolSince, NOW)

describe('how a tracker stands', () => {
  it('waits for its app for ten minutes, then wonders', () => {
    expect(standing({ created_at: ago(9) })).toBe('waiting')
    expect(standing({ created_at: ago(10) })).toBe('unheard')
  })
  it('may be silent off patrol for as long as it likes', () => {
    expect(standing({ last_contact_at: ago(5_000) })).toBe('heard')
  })
  it('is missed on patrol after ten minutes of it, not before', () => {
    expect(standing({ last_contact_at: ago(5_000) }, ago(9))).toBe('heard')
    expect(standing({ last_contact_at: ago(5_000) }, ago(12))).toBe('quiet')
    expect(standing({ last_contact_at: ago(9) }, ago(60))).toBe('heard')
    expect(standing({ last_contact_at: ago(11) }, ago(60))).toBe('quiet')
  })
  it('is off whatever else', () => {
    expect(standing({ disabled_at: ago(1), last_contact_at: ago(11) }, ago(60))).toBe('off')
  })
  it('is missed since the patrol began at the earliest', () => {
    expect(missedS(source({ last_contact_at: ago(5_000) }), ago(12), NOW)).toBe(720)
    expect(missedS(source({ last_contact_at: ago(11) }), ago(60), NOW)).toBe(660)
  })
})
