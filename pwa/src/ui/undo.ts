/* One thing that was just done and can be undone for 10 seconds: instead of being asked before each. */
import { shallowRef } from 'vue'

const OFFERED_MS = 10_000

export const undoable = shallowRef<{ words: string; undo: () => void } | null>(null)
let timer: ReturnType<typeof setTimeout> | undefined

export function offerUndo(words: string, undo: () => void): void {
  clearTimeout(timer)
  undoable.value = { words, undo }
  timer = setTimeout(() => (undoable.value = null), OFFERED_MS)
}

export function closeUndo(): void {
  clearTimeout(timer)
  undoable.value = null
}
