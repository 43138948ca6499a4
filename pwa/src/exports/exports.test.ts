import { expect, it } from 'vitest'
import { newlyReady, type Export } from './exports'

const made = (id: string, state: Export['state']): Export => ({
  id, state, form: 'xlsx', asked_at: '2026-11-23T01:00:00Z', total: 3, done: 3, size: null, ended_at: null, kept_until: null, reason: null, name: 'x.xlsx',
})

it('tells of what became ready while somebody looked, once', () => {
  expect(newlyReady([made('a', 'running'), made('b', 'ready')], [made('a', 'ready'), made('b', 'ready')]).map(({ id }) => id)).toEqual(['a'])
  expect(newlyReady([made('a', 'ready')], [made('a', 'ready')])).toEqual([])
})

it('says nothing of what was ready before the desk was opened, or was given up', () => {
  expect(newlyReady(null, [made('a', 'ready')])).toEqual([])
  expect(newlyReady([made('a', 'waiting')], [made('a', 'cancelled')])).toEqual([])
})
