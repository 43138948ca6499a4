/* The cases of which the live feed has just told something new: for a few seconds they stand out on the map. */
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import type { CaseSummary } from '@/api/client'

const STANDS_OUT_MS = 6_000
/** More at once is a screen that catches up, not news. */
const MOST_NEWS = 20

/** Those that are new or newer than before, by id. Pure. */
export function newer(before: readonly CaseSummary[], after: readonly CaseSummary[]): string[] {
  const versions = new Map(before.map(({ id, version }) => [id, version]))
  return after.filter(({ id, version }) => version > (versions.get(id) ?? 0)).map(({ id }) => id)
}

export function useFresh(rows: Readonly<ShallowRef<CaseSummary[]>>): Readonly<ShallowRef<ReadonlySet<string>>> {
  const fresh = shallowRef<ReadonlySet<string>>(new Set<string>())
  const timers = new Set<ReturnType<typeof setTimeout>>()

  function drop(ids: readonly string[]): void {
    fresh.value = new Set([...fresh.value].filter((id) => !ids.includes(id)))
  }

  watch(rows, (after, before) => {
    // The first snapshot is no news.
    if (!before.length) return
    const ids = newer(before, after)
    if (!ids.length || ids.length > MOST_NEWS) return
    fresh.value = new Set([...fresh.value, ...ids])
    const timer = setTimeout(() => {
      timers.delete(timer)
      drop(ids)
    }, STANDS_OUT_MS)
    timers.add(timer)
  })
  onScopeDispose(() => timers.forEach((timer) => clearTimeout(timer)))
  return fresh
}
