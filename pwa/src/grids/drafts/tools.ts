/* The tools of the editor: what each needs before it can be applied, and the operation that comes of it. Pure. */
import type { GridCollection, GridFeature } from '@/map/net'
import type { Operation, Position } from './draft'
import { takeable } from './net_of_draft'
import { isComplete } from './sketch'

export const TOOLS = ['split', 'merge', 'move_boundary', 'draw_exclusive', 'describe', 'cluster'] as const
export type Tool = (typeof TOOLS)[number]

export const TOOL_ICONS: Record<Tool, string> = {
  split: 'scissors',
  merge: 'arrows-join',
  move_boundary: 'vector-spline',
  draw_exclusive: 'polygon',
  describe: 'pencil',
  cluster: 'layers-intersect',
}

/** How many grids a tool takes by clicking; the oldest makes way. */
const TAKES: Record<Tool, number> = { split: 1, merge: Infinity, move_boundary: 2, draw_exclusive: 0, describe: 1, cluster: Infinity }

/** The grids that a tool can take: 连片 is made of whole villages or of grids, and only names are given to exclusive ones. */
export function gridsOfTool(tool: Tool, net: GridCollection): GridCollection | undefined {
  if (tool === 'draw_exclusive') return undefined
  if (tool !== 'cluster') return takeable(net, { exclusive: tool === 'describe' })
  const members = net.features.filter(({ properties: { kind, level } }) => kind === 'base' && (level === 'village' || level === 'grid'))
  return { type: 'FeatureCollection', features: members.sort((a, b) => Number(a.properties.level === 'village') - Number(b.properties.level === 'village')) }
}

/** What is typed in beside the map. Empty words mean: as it is, or as the server suggests. */
export interface Fields {
  name: string
  short_name: string
  code: string
  parent_code: string | null
  keep: string | null
  management_grade: number | null
  cluster_code: string | null
}

export const NO_FIELDS: Fields = { name: '', short_name: '', code: '', parent_code: null, keep: null, management_grade: null, cluster_code: null }

export interface Work {
  tool: Tool
  picked: string[]
  positions: Position[]
  /** Which of the lines between two grids is being moved. */
  part: number
  fields: Fields
}

/** The grids picked after one more was clicked; a second click lets it go. */
export function pickedAfter(tool: Tool, picked: string[], code: string): string[] {
  if (picked.includes(code)) return picked.filter((each) => each !== code)
  const most = TAKES[tool]
  return most === 0 ? picked : [...picked, code].slice(-most)
}

/** Undefined until there is enough to apply. */
export function operationOf({ tool, picked, positions, part, fields }: Work, grids: GridCollection): Operation | undefined {
  const [first, second] = picked
  const name = fields.name.trim()
  const named = name ? { name } : {}
  switch (tool) {
    case 'split':
      return first && isComplete('line', positions) ? { kind: 'split', code: first, line: positions, ...named } : undefined
    case 'merge':
      return picked.length >= 2 ? { kind: 'merge', codes: picked, keep: fields.keep ?? largest(picked, grids), ...named } : undefined
    case 'move_boundary':
      return first && second && isComplete('line', positions) ? { kind: 'move_boundary', a: first, b: second, part, line: positions } : undefined
    case 'draw_exclusive':
      return isComplete('ring', positions) && name && fields.parent_code
        ? {
            kind: 'draw_exclusive',
            ...coded(fields),
            name,
            short_name: fields.short_name.trim() || null,
            parent_code: fields.parent_code,
            ring: positions,
          }
        : undefined
    case 'describe':
      return first ? describing(first, fields, grids) : undefined
    case 'cluster':
      return picked.length >= 2 && name ? { kind: 'cluster', ...coded(fields), name, members: picked } : undefined
  }
}

const coded = ({ code }: Fields) => (code.trim() ? { code: code.trim() } : {})

/** Only what differs is sent; nothing differs, nothing to apply. */
function describing(code: string, fields: Fields, grids: GridCollection): Operation | undefined {
  const grid = find(code, grids)?.properties
  if (!grid) return undefined
  const changes = {
    ...(differs(fields.name, grid.name) && { name: fields.name.trim() }),
    ...(differs(fields.short_name, grid.short_name) && { short_name: fields.short_name.trim() }),
    ...(fields.management_grade !== (grid.management_grade ?? null) && { management_grade: fields.management_grade }),
    ...(fields.cluster_code !== (grid.cluster_code ?? null) && { cluster_code: fields.cluster_code }),
  }
  return Object.keys(changes).length ? { kind: 'describe', code, ...changes } : undefined
}

const differs = (typed: string, now: string) => typed.trim() !== '' && typed.trim() !== now

function largest(codes: string[], grids: GridCollection): string {
  return codes.reduce((a, b) => (areaOf(b, grids) > areaOf(a, grids) ? b : a))
}

const areaOf = (code: string, grids: GridCollection) => find(code, grids)?.properties.area_m2 ?? 0

export function find(code: string, grids: GridCollection): GridFeature | undefined {
  return grids.features.find(({ properties }) => properties.code === code)
}
