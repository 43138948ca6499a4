/* Walking through the rows of a queue by keys: which has the focus, and the next one. */
import type { Ref } from 'vue'

export function useRowWalk(list: Ref<HTMLElement | undefined>) {
  const buttons = (): HTMLElement[] => [...(list.value?.querySelectorAll<HTMLElement>('.queue-row') ?? [])]
  const focusedAt = (): number => buttons().indexOf(document.activeElement as HTMLElement)

  /** Where the walk is: at the row with the focus, or at the selected one; -1 before the first. */
  function from(selectedAt: number): number {
    const focused = focusedAt()
    return focused >= 0 ? focused : selectedAt
  }

  return {
    focusedAt,
    /** Whether that step would leave what is drawn. */
    isAtEnd: (by: number, selectedAt: number): boolean => from(selectedAt) + by >= buttons().length,
    /** Move the focus by this many rows; from nowhere to the first. */
    step(by: number, selectedAt: number): void {
      const all = buttons()
      const at = from(selectedAt)
      all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]?.focus()
    },
    /** To this row, or to the first; false if there is none. */
    toRow(at: number): boolean {
      const row = buttons()[Math.max(at, 0)]
      row?.focus()
      return row !== undefined
    },
  }
}
