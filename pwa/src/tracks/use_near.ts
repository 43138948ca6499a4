/* Which rows of a list are seen, or nearly so. A row says which one it is by `data-n`. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'

const NEAR_PX = 200

/** Rows are looked for when the list appears. */
export function useNear(list: Ref<HTMLElement | undefined>): (n: number) => boolean {
  const near = shallowRef<ReadonlySet<number>>(new Set())
  let observer: IntersectionObserver | undefined

  function told(entries: IntersectionObserverEntry[]): void {
    const now = new Set(near.value)
    for (const { target, isIntersecting } of entries) {
      const n = Number((target as HTMLElement).dataset['n'])
      if (isIntersecting) now.add(n)
      else now.delete(n)
    }
    near.value = now
  }

  watch(list, (element) => {
    observer?.disconnect()
    if (!element) return
    observer = new IntersectionObserver(told, { root: element, rootMargin: `${NEAR_PX}px` })
    for (const row of element.children) observer.observe(row)
  }, { flush: 'post' })
  onScopeDispose(() => observer?.disconnect())
  return (n) => near.value.has(n)
}
