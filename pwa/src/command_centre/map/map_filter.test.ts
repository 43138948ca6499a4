import { expect, it } from 'vitest'
import { EVERYTHING_OPEN } from '../queue_filter'
import { mapQuery, narrowedWords } from './map_filter'

it('the map asks for what the queue asks for, but for its order', () => {
  const filter = { ...EVERYTHING_OPEN, group: 'late' as const, grid: '320281104206', severity: ['urgent', 'emergency'] }
  expect(mapQuery(filter)).toBe('group=late&grid=320281104206&severity=urgent&severity=emergency')
  expect(mapQuery({ ...filter, group: 'ended' })).toContain('status=closed')
})

it('the legend says what the cases are narrowed to', () => {
  expect(narrowedWords(EVERYTHING_OPEN, null, [])).toBe('')
  expect(narrowedWords({ ...EVERYTHING_OPEN, group: 'late', squad: 'one' }, null, [{ code: 'one', name: '一中队' }])).toBe('超时 · 一中队')
})
