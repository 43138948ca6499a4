/* Which rows of a list of even rows are seen, or nearly so. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'

/** Rows above and below what is seen. */
const SPARE = 6

/** Asking the browser about each row (an IntersectionObserver) would cost every frame some milliseconds; where the list is scrolled to says it as well. */
export function useNear(list: Ref<HTMLElement | undefined>): (row: number) => boolean {
  const near = shallowRef({ from: 0, to: 0 })
  const sized = new ResizeObserver(look)

  function look(): void {
    const element = list.value
    if (!element) return
    const rowPx = element.scrollHeight / Math.max(1, element.children.length)
    near.value = { from: Math.floor(element.scrollTop / rowPx) - SPARE, to: Math.ceil((element.scrollTop + element.clientHeight) / rowPx) + SPARE }
  }

  watch(list, (element, before) => {
    sized.disconnect()
    before?.removeEventListener('scroll', look)
    element?.addEventListener('scroll', look, { passive: true })
    if (element) sized.observe(element)
  }, { flush: 'post' })
  onScopeDispose(() => sized.disconnect())
  return (row) => row >= near.value.from && row <= near.value.to
}
