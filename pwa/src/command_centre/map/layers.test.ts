import { describe, expect, it } from 'vitest'
import { readLayers } from './layers'

describe('the layers that were kept', () => {
  it('are shown again, but for people', () => {
    const kept = JSON.stringify({ cases: false, heat: true, heatDays: 90, people: true })
    expect(readLayers(kept)).toMatchObject({ cases: false, grids: true, heat: true, heatDays: 90, people: false })
  })

  it.each([null, '', 'no JSON', '[]', '{"heatDays":12,"cases":"yes"}'])('are the usual ones where %s stands', (kept) => {
    expect(readLayers(kept)).toMatchObject({ cases: true, heat: false, heatDays: 30 })
  })
})
