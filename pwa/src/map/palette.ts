/** The map's colours, light and dark. WebGL cannot read CSS variables, so they are repeated here; their home is ui/tokens.css. */

export interface Palette {
  land: string
  water: string
  green: string
  builtUp: string
  road: string
  roadEdge: string
  label: string
  /** Around labels and case marks, so that they stand off whatever lies below. */
  halo: string
  brand: string
  /** Outlines of grids: the brand's colour, calmer where it would shine. */
  gridLine: string
  ink: string
  ok: string
  warn: string
  urgent: string
  idle: string
  /** Few to many, in a hue that no light has. */
  heat: readonly [string, string, string, string]
}

export const LIGHT: Palette = {
  land: '#EEF1EE',
  water: '#CFE3E8',
  green: '#DFEAD9',
  builtUp: '#E4E5E1',
  road: '#FFFFFF',
  roadEdge: '#D5DBDD',
  label: '#4A5B66',
  halo: '#FFFFFF',
  brand: '#0B5F6B',
  gridLine: '#0B5F6B',
  ink: '#12232E',
  ok: '#1B6E3C',
  warn: '#8A5300',
  urgent: '#B3261E',
  idle: '#5B6B75',
  heat: ['#D9CBEB', '#B294D6', '#8659BC', '#562A94'],
}

export const DARK: Palette = {
  land: '#17252E',
  water: '#143543',
  green: '#1B3030',
  builtUp: '#20313B',
  road: '#3A4D58',
  roadEdge: '#101C23',
  label: '#A9B8C1',
  halo: '#0F1A21',
  brand: '#5CC4CF',
  gridLine: '#3F8F99',
  ink: '#E8EEF1',
  ok: '#7BD49B',
  warn: '#FFC66B',
  urgent: '#FF8A80',
  idle: '#A9B8C1',
  heat: ['#54407F', '#7557AD', '#9F7FD6', '#D2BCF4'],
}
