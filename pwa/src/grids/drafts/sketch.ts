/* What is drawn with the mouse on the map: one line or one ring, first drawn, then adjusted. Holds the positions, whatever
   becomes of the map or of a request; terra-draw is only the hand that moves them, and comes when it is first needed. */
import type { Map } from 'maplibre-gl'
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import type { TerraDraw, GeoJSONStoreFeatures } from 'terra-draw'
import { LIGHT, DARK } from '@/map/palette'
import type { Position } from './draft'

export type Shape = 'line' | 'ring'
export type Phase = 'nothing' | 'drawing' | 'adjusting'

export interface Sketch {
  /** Without the repetition of a ring's first position. */
  positions: ShallowRef<Position[]>
  phase: ShallowRef<Phase>
  /** Starts drawing with the mouse. */
  draw: (shape: Shape) => void
  /** Puts positions on the map to be adjusted. With `fixedEnds` the first and last stay where they are. */
  adjust: (shape: Shape, positions: Position[], how?: { fixedEnds?: boolean }) => void
  clear: () => void
  /** After a restyling of the map, which takes everything drawn away. */
  redraw: () => void
}

const LEAST: Record<Shape, number> = { line: 2, ring: 3 }
/** Coordinates of the net lie on a lattice of 1e-7 degrees. */
const DECIMALS = 7
const round = (degrees: number) => Number(degrees.toFixed(DECIMALS))

export const isComplete = (shape: Shape, positions: Position[]): boolean => positions.length >= LEAST[shape]

export function useSketch(map: () => Map | undefined, isDark: () => boolean): Sketch {
  const positions = shallowRef<Position[]>([])
  const phase = shallowRef<Phase>('nothing')
  let shape: Shape = 'line'
  let ends: [Position, Position] | null = null
  let hand: TerraDraw | undefined
  let latest = 0

  async function restart(): Promise<void> {
    const mine = ++latest
    drop()
    const on = map()
    if (!on || phase.value === 'nothing') return
    const made = await makeHand(on, isDark() ? DARK.ink : LIGHT.ink, isDark() ? DARK.halo : LIGHT.halo, staysPut)
    if (mine !== latest) return
    hand = made
    hand.start()
    hand.on('change', takeOver)
    hand.on('finish', finished)
    if (phase.value === 'adjusting') putOnMap()
    else hand.setMode(shape === 'line' ? 'linestring' : 'polygon')
  }

  function drop(): void {
    if (hand?.enabled) hand.stop()
    hand = undefined
  }

  function putOnMap(): void {
    if (!hand || !isComplete(shape, positions.value)) return
    const [answer] = hand.addFeatures([featureOf(shape, positions.value)])
    hand.setMode('select')
    if (answer?.valid && answer.id !== undefined) hand.selectFeature(answer.id)
  }

  /** The drawn feature is ours again after each change by hand. */
  function takeOver(): void {
    const drawn = hand?.getSnapshot().find(isDrawn)
    if (drawn) positions.value = positionsOf(drawn, phase.value === 'drawing')
  }

  function finished(): void {
    if (phase.value !== 'drawing') return takeOver()
    const drawn = hand?.getSnapshot().find(isDrawn)
    if (!drawn) return
    positions.value = positionsOf(drawn, false)
    phase.value = 'adjusting'
    void restart()
  }

  function staysPut(feature: GeoJSONStoreFeatures): boolean {
    if (!ends || feature.geometry.type !== 'LineString') return true
    const line = feature.geometry.coordinates
    return isAt(line[0], ends[0]) && isAt(line.at(-1), ends[1])
  }

  function draw(wanted: Shape): void {
    shape = wanted
    ends = null
    positions.value = []
    phase.value = 'drawing'
    void restart()
  }

  function adjust(wanted: Shape, given: Position[], { fixedEnds = false } = {}): void {
    shape = wanted
    positions.value = given.map(([lng, lat]) => [round(lng), round(lat)])
    const [first, last] = [positions.value[0], positions.value.at(-1)]
    ends = fixedEnds && first && last ? [first, last] : null
    phase.value = 'adjusting'
    void restart()
  }

  function clear(): void {
    positions.value = []
    phase.value = 'nothing'
    void restart()
  }

  onScopeDispose(() => {
    latest++
    drop()
  })
  return { positions, phase, draw, adjust, clear, redraw: () => void restart() }
}

const isAt = (here: number[] | undefined, there: Position) => !!here && round(here[0]!) === there[0] && round(here[1]!) === there[1]

function isDrawn({ properties, geometry }: GeoJSONStoreFeatures): boolean {
  return geometry.type !== 'Point' && (properties['mode'] === 'linestring' || properties['mode'] === 'polygon')
}

function featureOf(shape: Shape, positions: Position[]): GeoJSONStoreFeatures {
  const properties = { mode: shape === 'line' ? 'linestring' : 'polygon' }
  if (shape === 'line') return { type: 'Feature', properties, geometry: { type: 'LineString', coordinates: positions } }
  return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [[...positions, positions[0]!]] } }
}

/** While drawing, the last position is the pointer's and not yet set. */
export function positionsOf({ geometry }: Pick<GeoJSONStoreFeatures, 'geometry'>, following: boolean): Position[] {
  const all = geometry.type === 'LineString' ? geometry.coordinates : geometry.type === 'Polygon' ? (geometry.coordinates[0] ?? []).slice(0, -1) : []
  const set = following ? all.slice(0, -1) : all
  return set.map(([lng, lat]) => [round(lng!), round(lat!)] as Position)
}

async function makeHand(map: Map, colour: string, halo: string, staysPut: (feature: GeoJSONStoreFeatures) => boolean): Promise<TerraDraw> {
  const [{ TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode, TerraDrawSelectMode }, { TerraDrawMapLibreGLAdapter }] = await Promise.all([
    import('terra-draw'),
    import('terra-draw-maplibre-gl-adapter'),
  ])
  const line = colour as `#${string}`
  const edge = halo as `#${string}`
  const points = { closingPointColor: line, closingPointWidth: 6, closingPointOutlineColor: edge, closingPointOutlineWidth: 2 }
  const flags = {
    feature: {
      draggable: false,
      validation: (feature: GeoJSONStoreFeatures) => ({ valid: staysPut(feature) }),
      coordinates: { midpoints: { draggable: true }, draggable: true, deletable: true },
    },
  }
  return new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: DECIMALS }),
    modes: [
      new TerraDrawLineStringMode({
        // Escape is the editor's: it clears the sketch or leaves the tool.
        keyEvents: { cancel: null, finish: 'Enter' },
        styles: { lineStringColor: line, lineStringWidth: 3, ...points },
      }),
      new TerraDrawPolygonMode({
        keyEvents: { cancel: null, finish: 'Enter' },
        styles: { fillColor: line, fillOpacity: 0.12, outlineColor: line, outlineWidth: 3, ...points },
      }),
      new TerraDrawSelectMode({
        keyEvents: { deselect: null, delete: 'Delete', rotate: null, scale: null },
        allowManualDeselection: false,
        flags: { linestring: flags, polygon: flags },
        styles: {
          selectedLineStringColor: line,
          selectedLineStringWidth: 3,
          selectedPolygonColor: line,
          selectedPolygonFillOpacity: 0.12,
          selectedPolygonOutlineColor: line,
          selectedPolygonOutlineWidth: 3,
          selectionPointColor: line,
          selectionPointWidth: 6,
          selectionPointOutlineColor: edge,
          selectionPointOutlineWidth: 2,
          midPointColor: edge,
          midPointWidth: 4,
          midPointOutlineColor: line,
          midPointOutlineWidth: 2,
        },
      }),
    ],
  })
}
