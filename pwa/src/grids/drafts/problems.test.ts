import { expect, it } from 'vitest'
import { validateStyleMin, type StyleSpecification } from '@maplibre/maplibre-gl-style-spec'
import { DARK, LIGHT } from '@/map/palette'
import type { GridProblem } from './draft'
import { draftLayers, PICKED_LAYERS, SOURCES, TAKEABLE_AREA } from './draft_layers'
import { errorsOf, groupsOf, problemWord } from './problems'

const problem = (kind: string, severity: GridProblem['severity']): GridProblem => ({
  kind, severity, codes: [], features: [], sentence: '', what_to_do: '', place: null,
})

it('groups problems by kind: what forbids publication first, then the most frequent', () => {
  const problems = [problem('sliver', 'warning'), problem('gap', 'error'), problem('sliver', 'warning'), problem('overlap', 'error'), problem('overlap', 'error')]
  expect(groupsOf(problems).map(({ kind, problems: found }) => [kind, found.length])).toEqual([['overlap', 2], ['gap', 1], ['sliver', 2]])
  expect(errorsOf(problems)).toBe(3)
})

it('treats a kind as forbidding when one of it is', () => {
  expect(groupsOf([problem('gap', 'warning'), problem('gap', 'error')])[0]?.severity).toBe('error')
})

it('shows a kind without a word by its code', () => {
  expect(problemWord('gap')).toBe('空隙')
  expect(problemWord('brand_new')).toBe('brand_new')
})

it.each([LIGHT, DARK])('draws a draft with layers that MapLibre accepts', (palette) => {
  const sources: StyleSpecification['sources'] = Object.fromEntries(SOURCES.map((id) => [id, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } }]))
  const layers = draftLayers(palette)
  expect(validateStyleMin({ version: 8, sources, layers })).toEqual([])
  expect(layers.map(({ id }) => id)).toEqual(expect.arrayContaining([TAKEABLE_AREA, ...PICKED_LAYERS]))
})
