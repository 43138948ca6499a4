/* A list that does not move under the pointer. While somebody points at it, or walks through it by keys, its order is held: what is new
   waits and is counted, what has left stays where it is, and only the rows themselves change. Pure. */

export interface Steady {
  ids: string[]
  /** How many rows would come or go if the list were let go. */
  waiting: number
}

/** `held`: the order at the moment when it began to be held; null while nobody holds it. */
export function steadyOrder(held: readonly string[] | null, wanted: readonly string[]): Steady {
  if (!held) return { ids: [...wanted], waiting: 0 }
  const now = new Set(wanted)
  const before = new Set(held)
  const come = wanted.filter((id) => !before.has(id)).length
  const gone = held.filter((id) => !now.has(id)).length
  return { ids: [...held], waiting: come + gone }
}

/** More of the list was asked for at its end: what now follows the last held row comes after it, and nothing else moves. */
export function heldFurther(held: readonly string[], wanted: readonly string[]): string[] {
  const before = new Set(held)
  const last = wanted.findLastIndex((id) => before.has(id))
  return [...held, ...wanted.slice(last + 1)]
}
