/* The net as a tree to walk through: who stands below whom, which rows are open, what a typed word finds. Pure. */
import type { Schemas } from '@/api/client'

export type GridNode = Schemas['GridNode']
export type GridPerson = Schemas['GridPerson']

export interface Branch {
  grid: GridNode
  parent: Branch | null
  children: Branch[]
  /** Base grids of the second level at or below it; exclusive ones overlie them and are not counted. */
  leaves: number
}

export interface Tree {
  roots: Branch[]
  byCode: Map<string, Branch>
}

/** Villages of a cluster stand below it; a grid whose parent is not there stands at the top. */
export function treeOf(grids: GridNode[]): Tree {
  const byCode = new Map<string, Branch>()
  for (const grid of grids) byCode.set(grid.code, { grid, parent: null, children: [], leaves: 0 })
  const roots: Branch[] = []
  for (const branch of byCode.values()) {
    const above = byCode.get(aboveOf(branch.grid, byCode) ?? '')
    branch.parent = above ?? null
    ;(above ? above.children : roots).push(branch)
  }
  for (const branch of byCode.values()) branch.children.sort(inOrder)
  roots.sort(inOrder)
  for (const root of roots) countLeaves(root)
  return { roots, byCode }
}

function aboveOf(grid: GridNode, byCode: Map<string, Branch>): string | null {
  const isMember = grid.level === 'village' && grid.cluster_code && byCode.has(grid.cluster_code)
  return isMember ? grid.cluster_code : grid.parent_code
}

const ORDER = { cluster: 0, base: 1, exclusive: 2 } as const

const inOrder = (a: Branch, b: Branch) => ORDER[a.grid.kind] - ORDER[b.grid.kind] || (a.grid.code < b.grid.code ? -1 : 1)

function countLeaves(branch: Branch): number {
  const own = branch.grid.level === 'grid' && branch.grid.kind === 'base' ? 1 : 0
  branch.leaves = branch.children.reduce((sum, child) => sum + countLeaves(child), own)
  return branch.leaves
}

/** The grids above, from the top down. */
export function above(branch: Branch): Branch[] {
  return branch.parent ? [...above(branch.parent), branch.parent] : []
}

/** What stands open at first: the top, and all below it as long as there is only one. */
export function firstOpen(tree: Tree): Set<string> {
  const open = new Set<string>()
  for (let level = tree.roots; level.length === 1 && level[0]; level = level[0].children) open.add(level[0].grid.code)
  return open
}

/** One line of the list. `depth` counts from 1; `place` of `of` among its siblings, as ARIA wants to hear it. */
export interface Row {
  branch: Branch
  depth: number
  place: number
  of: number
}

export function rowsOf(tree: Tree, open: ReadonlySet<string>): Row[] {
  const rows: Row[] = []
  function walk(siblings: Branch[], depth: number): void {
    siblings.forEach((branch, index) => {
      rows.push({ branch, depth, place: index + 1, of: siblings.length })
      if (open.has(branch.grid.code)) walk(branch.children, depth + 1)
    })
  }
  walk(tree.roots, 1)
  return rows
}

/** What a typed word found: a grid, or a grid by one of its people. */
export interface Hit {
  branch: Branch
  person: GridPerson | null
}

/** By code, name, the initials of its pinyin, or the name of a person; the closest first, at most `most`. */
export function hitsOf(tree: Tree, typed: string, most: number): Hit[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return []
  const found: { hit: Hit; rank: number }[] = []
  for (const branch of tree.byCode.values()) {
    const rank = closeness(branch.grid, wanted)
    if (rank !== null) found.push({ hit: { branch, person: null }, rank })
    for (const person of peopleNamed(branch.grid, wanted)) found.push({ hit: { branch, person }, rank: PERSON })
  }
  found.sort((a, b) => a.rank - b.rank || a.hit.branch.grid.code.localeCompare(b.hit.branch.grid.code))
  return found.slice(0, most).map(({ hit }) => hit)
}

const PERSON = 4

/** 0 is the closest; null: not what is wanted. */
function closeness(grid: GridNode, wanted: string): number | null {
  const name = grid.name.toLowerCase()
  if (grid.code === wanted || name === wanted || grid.short_name.toLowerCase() === wanted) return 0
  if (name.startsWith(wanted)) return 1
  if (grid.initials.startsWith(wanted) || grid.code.startsWith(wanted)) return 2
  if (name.includes(wanted) || grid.short_name.toLowerCase().includes(wanted)) return 3
  if (wanted.length > 1 && (grid.initials.includes(wanted) || grid.code.endsWith(wanted))) return PERSON + 1
  return null
}

function peopleNamed(grid: GridNode, wanted: string): GridPerson[] {
  const seen = new Set<string>()
  return grid.people.filter(({ id, name }) => name.toLowerCase().includes(wanted) && !seen.has(id) && seen.add(id))
}

/** The next row after `from` whose name or initials begin with what was typed, round and round; -1 if there is none. */
export function typedAhead(rows: Row[], from: number, typed: string): number {
  const wanted = typed.toLowerCase()
  // While more of a word is typed, the row reached by its first letters may stay.
  const first = wanted.length > 1 ? from : from + 1
  for (let step = 0; step < rows.length; step++) {
    const index = (Math.max(first, 0) + step) % rows.length
    const grid = rows[index]!.branch.grid
    if (grid.initials.startsWith(wanted) || grid.name.toLowerCase().startsWith(wanted)) return index
  }
  return -1
}

/** Which rows of a long list are drawn: from `first` up to but not including `end`. */
export function drawn(scroll_px: number, height_px: number, row_px: number, count: number): { first: number; end: number } {
  const spare = 8
  const first = Math.max(0, Math.floor(scroll_px / row_px) - spare)
  return { first, end: Math.min(count, Math.ceil((scroll_px + height_px) / row_px) + spare) }
}

/** Base grids directly below, their number and area: the sum must be the grid's own. */
export function sumBelow(branch: Branch): { count: number; area_m2: number } {
  const parts = partsOf(branch).filter(({ grid }) => grid.kind === 'base')
  return { count: parts.length, area_m2: parts.reduce((sum, { grid }) => sum + grid.area_m2, 0) }
}

/** What is directly below by the net's own order, clusters looked through. */
export function partsOf(branch: Branch): Branch[] {
  if (branch.grid.kind === 'cluster') return branch.children
  return branch.children.flatMap((child) => (child.grid.kind === 'cluster' ? [child, ...child.children] : [child]))
}
