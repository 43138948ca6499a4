import { describe, expect, it } from 'vitest'
import { EMPTY_NET, type GridFeature, type Net } from '@/map/net'
import { squadMarks } from './squad_marks'

const grid = (code: string, label_point: [number, number] | null) => ({ type: 'Feature', id: code, geometry: null, properties: { code, label_point } }) as unknown as GridFeature
const net: Net = { ...EMPTY_NET, grids: { type: 'FeatureCollection', features: [grid('206', [120.2, 31.8]), grid('207', [120.4, 31.8]), grid('1', null)] } }

describe('squads on the map', () => {
  it('stand in the middle of their area', () => {
    const [mark] = squadMarks(net, [{ code: 'one', jurisdiction: ['206', '207'] }])
    expect(mark).toMatchObject({ code: 'one', lat: 31.8, below: 0 })
    expect(mark?.lng).toBeCloseTo(120.3)
  })

  it('of one area stand one below the other', () => {
    expect(squadMarks(net, [{ code: 'a', jurisdiction: ['206'] }, { code: 'b', jurisdiction: ['206'] }]).map(({ below }) => below)).toEqual([0, 1])
  })

  it('without a place are not drawn', () => {
    expect(squadMarks(net, [{ code: 'a', jurisdiction: ['1', '999'] }, { code: 'b', jurisdiction: [] }])).toEqual([])
  })
})
