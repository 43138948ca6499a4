/* The lattice of coverage cells, as geo/tracks/coverage.py has it: where a cell lies, which one holds a place, and when a walk came by. Pure. */
import type { PersonDay } from './day'

const CELL_M = 50
const ROWS = 400_000
const COLUMNS = 2 ** 20
const ROW_DEGREES = 180 / ROWS
const [A, E2] = [6_378_137, 0.0066943799901413165]

function columnsIn(row: number): number {
  const lat = (((row + 0.5) * ROW_DEGREES - 90) * Math.PI) / 180
  const aroundM = (2 * Math.PI * A * Math.cos(lat)) / Math.sqrt(1 - E2 * Math.sin(lat) ** 2)
  return Math.max(1, Math.round(aroundM / CELL_M))
}

/** Cells have up to 39 bits: arithmetic, no shifts. */
export function cellAt(lng: number, lat: number): number {
  const row = Math.min(ROWS - 1, Math.max(0, Math.floor((lat + 90) / ROW_DEGREES)))
  const columns = columnsIn(row)
  return row * COLUMNS + (Math.floor(((lng + 180) / 360) * columns) % columns)
}

/** West, south, east, north. */
export function boundsOfCell(cell: number): [number, number, number, number] {
  const row = Math.floor(cell / COLUMNS)
  const column = cell % COLUMNS
  const columns = columnsIn(row)
  return [(360 * column) / columns - 180, row * ROW_DEGREES - 90, (360 * (column + 1)) / columns - 180, (row + 1) * ROW_DEGREES - 90]
}

/** When each of a person's covered cells was first come by: at a point in it, else at the point nearest to it in time whose neighbour it is.
    Which cells count is the server's to say; this only tells when. */
export function whenCovered({ about, way }: PersonDay): Map<number, number> {
  const wanted = new Set(Object.values(about.coverage).flat())
  const when = new Map<number, number>()
  for (const spread of [0, 1]) {
    for (let i = 0; i < way.atS.length; i++) {
      const [lng, lat] = [way.lngE6[i]! / 1e6, way.latE6[i]! / 1e6]
      for (let up = -spread; up <= spread; up++) {
        for (let aside = -spread; aside <= spread; aside++) {
          const cell = cellAt(lng + aside * 0.0005, lat + up * ROW_DEGREES)
          if (wanted.has(cell) && !when.has(cell)) when.set(cell, way.atS[i]!)
        }
      }
    }
  }
  return when
}

export function squareOf([west, south, east, north]: readonly [number, number, number, number]): [number, number][][] {
  return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]
}
