import { describe, expect, it } from 'vitest'
import { newPost, postBody, standingOf } from './people'

describe('a post', () => {
  it('is held from its first to its last day, both included', () => {
    const post = { starts_on: '2026-11-20', ends_on: '2026-11-23' }
    expect(standingOf(post, '2026-11-19')).toBe('coming')
    expect(standingOf(post, '2026-11-20')).toBe('now')
    expect(standingOf(post, '2026-11-23')).toBe('now')
    expect(standingOf(post, '2026-11-24')).toBe('past')
    expect(standingOf({ ...post, ends_on: null }, '2030-01-01')).toBe('now')
  })

  it('sends only the place that its role has, whatever was chosen before the role was changed', () => {
    const post = { ...newPost('2026-11-23'), grid_code: '320281104206001', squad_code: 'xxk-squad-1' }
    expect(postBody(post)).toMatchObject({ grid_code: '320281104206001', squad_code: null, duty: 'grid_worker' })
    expect(postBody({ ...post, role: 'squad_member' })).toMatchObject({ grid_code: null, squad_code: 'xxk-squad-1', duty: null })
    expect(postBody(post)).not.toHaveProperty('isNew')
  })
})
