import { describe, expect, it } from 'vitest'
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { CASES, CASE_LAYERS, GIVEN_CLUSTER_LAYER, GIVEN_MARK_LAYER, HEAT, LIT_CASES, heatLayer, heatTiles } from './case_layers'
import { caseFeatures, SEVERITIES } from './case_marks'
import { EMPTY_NET, gridLabels, placeNames, boundsOf, type GridFeature, type Net } from './net'
import { DARK, LIGHT } from './palette'
import { baseMaps, chooseBaseMap, PACKAGED } from './base_maps'
import { caseStyle, EXCLUSIVE_LAYERS, GRID_AREA, GRID_LAYERS, isGrid, SELECTED_GRID_LAYERS, townStyle } from './style'

const grid = (code: string, name: string): GridFeature => ({
  type: 'Feature',
  id: code,
  properties: {
    code, version: 1, name, short_name: name, level: 'village', kind: 'base', parent_code: null, cluster_code: null, management_grade: null, area_m2: 1, label_point: [120.3, 31.8], indicative: true,
  },
  geometry: { type: 'MultiPolygon', coordinates: [[[[120.2, 31.7], [120.4, 31.7], [120.4, 31.9], [120.2, 31.7]]]] },
})

const place = (name: string) => ({
  type: 'Feature' as const, properties: { kind: 'place', name, rank: 2 }, geometry: { type: 'Point' as const, coordinates: [120.3, 31.8] },
})

describe('the style', () => {
  it.each([LIGHT, DARK])('is one that MapLibre accepts, without glyphs or anything from elsewhere', (palette) => {
    const style = townStyle(palette, EMPTY_NET)
    expect(validateStyleMin(style)).toEqual([])
    expect(style.glyphs).toBeUndefined()
    expect(style.sprite).toBeUndefined()
    expect(JSON.stringify(style)).not.toContain('http')
  })

  it('has the layers that the maps ask for by name', () => {
    const ids = townStyle(LIGHT, EMPTY_NET).layers.map((layer) => layer.id)
    expect(ids).toEqual(expect.arrayContaining([GRID_AREA, ...SELECTED_GRID_LAYERS, ...GRID_LAYERS, ...EXCLUSIVE_LAYERS]))
  })

  it('asks for no cases unless they are to be shown', () => {
    expect(townStyle(LIGHT, EMPTY_NET).sources[CASES]).toBeUndefined()
  })

  it.each([LIGHT, DARK])('draws the cases that a filter finds above every label, and what is lit up above them', (palette) => {
    const style = caseStyle(palette, EMPTY_NET, 'group=late&grid=320281104206')
    expect(validateStyleMin(style)).toEqual([])
    expect(style.sources[CASES]).toMatchObject({ type: 'vector', tiles: [`${location.origin}/api/tiles/cases/{z}/{x}/{y}.mvt?group=late&grid=320281104206`] })
    const ids = style.layers.map((layer) => layer.id)
    expect(ids.slice(-5)).toEqual([...CASE_LAYERS, GIVEN_MARK_LAYER, GIVEN_CLUSTER_LAYER, 'lit-case-marks'])
    expect(ids.indexOf('village-names')).toBeGreaterThan(0)
    expect(style.sources[LIT_CASES]).toBeDefined()
  })

  it.each([LIGHT, DARK])('has a heat map that MapLibre accepts', (palette) => {
    const style = townStyle(palette, EMPTY_NET)
    const heated = { ...style, sources: { ...style.sources, [HEAT]: heatTiles('opened_from=2026-11-01') }, layers: [...style.layers, heatLayer(palette)] }
    expect(validateStyleMin(heated)).toEqual([])
  })

  it('selects a grid by its code', () => {
    expect(isGrid('320281104206')).toEqual(['==', ['get', 'code'], '320281104206'])
  })
})

describe('a base map of others', () => {
  const sources = [{ tiles: ['https://t0.example.cn/{z}/{x}/{y}'], tile_size: 256, min_zoom: 0, max_zoom: 18 }]
  const theirs = { id: '0', name: '影像', kind: 'raster' as const, sources, layers: [], attribution: '测绘院', review_number: '苏S(2026)1号' }

  it('lies over the packaged one and under the grids, and its own names replace ours', () => {
    baseMaps.value = [theirs]
    const style = townStyle(LIGHT, EMPTY_NET)
    expect(validateStyleMin(style)).toEqual([])
    const ids = style.layers.map((layer) => layer.id)
    expect(ids.indexOf('base-tiles-0')).toBeGreaterThan(ids.indexOf('motorway-surface'))
    expect(ids.indexOf('base-tiles-0')).toBeLessThan(ids.indexOf(GRID_AREA))
    expect(ids).not.toContain('road-names')
    expect(ids).toContain('grid-names')
  })

  it('gives way to the packaged one when that is chosen', () => {
    baseMaps.value = [theirs]
    chooseBaseMap(PACKAGED)
    expect(JSON.stringify(townStyle(LIGHT, EMPTY_NET))).not.toContain('example.cn')
    chooseBaseMap('0')
    expect(JSON.stringify(townStyle(LIGHT, EMPTY_NET))).toContain('example.cn')
    baseMaps.value = []
  })
})

describe('cases as marks', () => {
  const mark = (id: string, light: 'green' | 'amber' | 'red' | null) => ({ id, lng: 120.3, lat: 31.8, light, note: '' })

  it('rank red above amber above green above no clock', () => {
    const ranks = caseFeatures([mark('a', null), mark('b', 'green'), mark('c', 'amber'), mark('d', 'red')]).features
    expect(ranks.map((feature) => feature.properties.rank)).toEqual([0, 1, 2, 3])
  })

  it('have the shape of their severity, numbered as in the tiles', () => {
    const shapes = SEVERITIES.map((severity) => caseFeatures([{ ...mark('a', null), severity }]).features[0]?.properties.severity)
    expect(shapes).toEqual([0, 1, 2, 3])
    expect(SEVERITIES.at(-1)).toBe('emergency')
  })
})

describe('labels', () => {
  const net: Net = {
    grids: { type: 'FeatureCollection', features: [grid('320281104206', '璜塘村'), { ...grid('320281', '江阴市'), geometry: null }] },
    base: { type: 'FeatureCollection', features: [place('璜塘村'), place('霞客湿地公园')] },
  }

  it('name each grid at its own point', () => {
    expect(gridLabels(net.grids).features[0]?.geometry.coordinates).toEqual([120.3, 31.8])
  })

  it('leave a place out that the net names already', () => {
    expect(placeNames(net).features.map((feature) => feature.properties?.['name'])).toEqual(['霞客湿地公园'])
  })

  it('know the bounds of an outline, and that the county has none', () => {
    expect(net.grids.features.map(boundsOf)).toEqual([[120.2, 31.7, 120.4, 31.9], undefined])
  })
})
