import type { SourceSpecification } from 'maplibre-gl'
import { expect, it } from 'vitest'
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { EMPTY_NET } from './net'
import { namesOnly, NET_AREA, netStyle, SELECTED_LAYERS } from './net_style'
import { DARK, LIGHT } from './palette'

const OUTLINES: SourceSpecification = { type: 'vector', tiles: ['/api/tiles/grids/{z}/{x}/{y}.mvt'], promoteId: 'code' }

it.each([LIGHT, DARK])('is a style that MapLibre accepts, without glyphs or anything from elsewhere', (palette) => {
  const style = netStyle(palette, EMPTY_NET, OUTLINES)
  expect(validateStyleMin(style)).toEqual([])
  expect(style.glyphs).toBeUndefined()
  expect(JSON.stringify(style)).not.toContain('http')
  expect(style.layers.map((layer) => layer.id)).toEqual(expect.arrayContaining([NET_AREA, ...SELECTED_LAYERS]))
})

it('draws the selected outline 2.5 px wide and the exclusive grids hatched', () => {
  const layers = netStyle(LIGHT, EMPTY_NET, OUTLINES).layers
  const paintOf = (id: string) => layers.find((layer) => layer.id === id)?.paint
  expect(paintOf('net-selected-line')).toMatchObject({ 'line-width': 2.5 })
  expect(paintOf('net-exclusive-area')).toMatchObject({ 'fill-pattern': 'hatch' })
})

it('does not write a place twice that the net names', () => {
  const base = { type: 'FeatureCollection' as const, features: [{ type: 'Feature' as const, properties: { kind: 'place', name: '璜塘村', rank: 2 }, geometry: { type: 'Point' as const, coordinates: [120, 31] } }] }
  const style = netStyle(LIGHT, { base, grids: namesOnly([{ name: '璜塘村', short_name: '璜塘' }]) }, OUTLINES)
  expect(style.sources['places']).toMatchObject({ data: { features: [] } })
})
