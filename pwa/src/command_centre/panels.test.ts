import { expect, it } from 'vitest'
import { fitted, LEAST_MAP, limitsOf, panelsFrom, RAIL, resized, usualPanels } from './panels'

it('gives larger screens more room, and the map always the most of it', () => {
  for (const width of [1440, 1920, 2560, 3840]) {
    const { queue, case: panel } = usualPanels(width)
    expect(queue.size).toBeGreaterThanOrEqual(320)
    expect(width - queue.size - panel.size).toBeGreaterThan(width / 2.1)
  }
})

it('never lets a panel leave the map without room, nor itself too narrow', () => {
  const usual = usualPanels(1440)
  expect(resized(usual, 'case', 5_000, 1440).case.size).toBe(1440 - usual.queue.size - LEAST_MAP)
  expect(resized(usual, 'queue', 10, 1440).queue.size).toBe(280)
  expect(limitsOf('queue', { ...usual, case: { size: 600, folded: true } }, 1000).most).toBe(1000 - RAIL - LEAST_MAP)
})

it('shows less in a smaller window, the case first', () => {
  const wide = { ...usualPanels(3840), case: { size: 900, folded: false }, queue: { size: 700, folded: false } }
  const small = fitted(wide, 1440)
  expect(small.case.size + small.queue.size).toBeLessThanOrEqual(1440 - LEAST_MAP)
  expect(fitted(wide, 3840)).toEqual(wide)
})

it('understands what was kept, and does without what it cannot', () => {
  const usual = usualPanels(1440)
  expect(panelsFrom('{"queue":{"size":400,"folded":true}}', usual)).toEqual({ ...usual, queue: { size: 400, folded: true } })
  for (const kept of [null, 'nonsense', '{"queue":{"size":"wide"}}', '[]']) expect(panelsFrom(kept, usual)).toEqual(usual)
})
