import { expect, it } from 'vitest'
import type { CaseSummary } from '@/api/client'
import { newer } from './use_fresh'

const row = (id: string, version: number) => ({ id, version }) as CaseSummary

it('what stands out is what is new or newer', () => {
  expect(newer([row('a', 1), row('b', 4)], [row('a', 2), row('b', 4), row('c', 1)])).toEqual(['a', 'c'])
  expect(newer([row('a', 2)], [row('a', 1)])).toEqual([])
})
