/* The words of bringing a file of grids in. */
import { translator } from '@/locales/t'
import en from '@/locales/imports.en.json'
import zh from '@/locales/imports.zh-CN.json'

export const i = translator<keyof typeof zh>(zh, en)

/** CGCS2000 3 度带第 40 带 for EPSG 4528. The server calls the systems by their registered names, which are English. */
export function systemWords(epsg: number | null, name: string): string {
  if (epsg === null) return name
  if (epsg >= 4513 && epsg <= 4533) return i('crs.zone', { zone: epsg - 4513 + 25 })
  if (epsg >= 4534 && epsg <= 4554) return i('crs.meridian', { degrees: (epsg - 4534 + 25) * 3 })
  return name
}
