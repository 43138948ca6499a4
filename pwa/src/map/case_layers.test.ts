import { describe, expect, it } from 'vitest'
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { CASES, caseSources, MARK_LAYERS, CLUSTER_LAYER } from './case_layers'
import { caseFeatures } from './case_marks'
import { EMPTY_NET, gridLabels, placeNames, boundsOf, type GridFeature, type Net } from './net'
import { DARK, LIGHT } from './palette'
import { GRID_AREA, isGrid, SELECTED_GRID_LAYERS, townStyle } from './style'

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
    expect(ids).toEqual(expect.arrayContaining([...MARK_LAYERS, CLUSTER_LAYER, GRID_AREA, ...SELECTED_GRID_LAYERS]))
  })

  it('draws cases above every label', () => {
    const ids = townStyle(LIGHT, EMPTY_NET).layers.map((layer) => layer.id)
    expect(ids.indexOf(MARK_LAYERS[0])).toBeGreaterThan(ids.indexOf('village-names'))
  })

  it('selects a grid by its code', () => {
    expect(isGrid('320281104206')).toEqual(['==', ['get', 'code'], '320281104206'])
  })
})

describe('cases as marks', () => {
  const mark = (id: string, light: 'green' | 'amber' | 'red' | null) => ({ id, lng: 120.3, lat: 31.8, light, note: '' })

  it('rank red above amber above green above no clock', () => {
    const ranks = caseFeatures([mark('a', null), mark('b', 'green'), mark('c', 'amber'), mark('d', 'red')]).features
    expect(ranks.map((feature) => feature.properties.rank)).toEqual([0, 1, 2, 3])
  })

  it('pass the greatest rank on to their cluster', () => {
    const source = caseSources()[CASES]
    expect(source?.cluster).toBe(true)
    expect(source?.clusterProperties).toEqual({ worst: ['max', ['get', 'rank']] })
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
