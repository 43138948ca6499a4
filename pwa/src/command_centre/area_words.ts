/* Areas of grids as people say them. */
import { d } from './words'

/** 0.42 平方公里; from 10 km² with one decimal. */
export function areaWords(area_m2: number): string {
  const area_km2 = area_m2 / 1e6
  return d('area_km2', { n: area_km2.toFixed(area_km2 < 10 ? 2 : 1) })
}
