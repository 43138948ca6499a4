/* Where squads stand on the map: in the middle of the area they are responsible for. Where their people are is told only to whoever gave a reason. */
import { gridByCode, type Net } from '@/map/net'
import type { Squad } from '../squad_choice'

export interface SquadMark {
  code: string
  lng: number
  lat: number
  /** How many stand at the same place before it. */
  below: number
}

export function squadMarks(net: Net, squads: readonly Pick<Squad, 'code' | 'jurisdiction'>[]): SquadMark[] {
  const taken = new Map<string, number>()
  return squads.flatMap(({ code, jurisdiction }) => {
    const points = jurisdiction.flatMap((grid) => {
      const point = gridByCode(net.grids, grid)?.properties.label_point
      return point ? [point] : []
    })
    if (!points.length) return []
    const mean = (which: 0 | 1) => points.reduce((sum, point) => sum + point[which], 0) / points.length
    const [lng, lat] = [mean(0), mean(1)]
    const place = `${lng.toFixed(3)} ${lat.toFixed(3)}`
    const below = taken.get(place) ?? 0
    taken.set(place, below + 1)
    return [{ code, lng, lat, below }]
  })
}
