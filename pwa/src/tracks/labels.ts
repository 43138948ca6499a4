/* Words on the map that do not lie on one another: whoever comes first has the place. Pure. */

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

export class Labels {
  private readonly taken: Box[] = []

  /** The first of these places that is free, which is then taken; null if none is. */
  place(choices: readonly Box[]): Box | null {
    const free = choices.find((box) => !this.taken.some((other) => overlap(box, other))) ?? null
    if (free) this.taken.push(free)
    return free
  }

  clear(): void {
    this.taken.length = 0
  }
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height
}
