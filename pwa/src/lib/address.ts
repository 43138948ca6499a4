/* Where a desk screen stands, in the part of the address after the #, so that reload, back and a copied link find it again:
   `#/net/320281104206001?on=2026-11-20` is the parts net, 320281104206001 and the query on=2026-11-20. Knows no screen. */
import { readonly, shallowRef } from 'vue'

export interface Address {
  readonly parts: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

export type Query = Record<string, string | number | null | undefined>

export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  return { parts: path.split('/').filter(Boolean).map(decoded), query: joined(new URLSearchParams(query)) }
}

/** The address as a link. Empty values of the query are left out. */
export function linkTo(parts: readonly string[], query: Query = {}): string {
  const kept = Object.entries(query).flatMap(([key, value]) => (value ? [[key, String(value)]] : []))
  const path = `#/${parts.map(encodeURIComponent).join('/')}`
  return kept.length ? `${path}?${new URLSearchParams(kept)}` : path
}

/** A name that is given several times holds all its values, with commas between them. */
function joined(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]))
}

/** A half-typed escape is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const here = shallowRef(parseAddress(location.hash))

window.addEventListener('hashchange', () => {
  here.value = parseAddress(location.hash)
})

export const address = readonly(here)

/** `replace`: back does not return to where we were, as for a selection that moves with every key. */
export function go(parts: readonly string[], query: Query = {}, { replace = false } = {}): void {
  const link = linkTo(parts, query)
  if (link === location.hash) return
  if (replace) history.replaceState(history.state, '', link)
  else history.pushState(null, '', link)
  here.value = parseAddress(link)
}
