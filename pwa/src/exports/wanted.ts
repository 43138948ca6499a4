/* Which cases the address names: the queue's filter, in the words of the API's own query. Pure. */

/** What narrows the queue, under the same names in the address and in the API; the queue's group is `queue` in the address. */
const NARROWING = ['grid', 'matter', 'severity', 'squad', 'source', 'tier', 'opened_from', 'opened_to', 'closed_from', 'closed_to', 'text'] as const
const SEVERAL: ReadonlySet<string> = new Set(['matter', 'severity', 'source'])

/** The API's query for the cases of this address; without any group, those that are open. */
export function wantedIn(query: Readonly<Record<string, string>>): Record<string, string | string[]> {
  const narrowed = NARROWING.flatMap((key) => {
    const value = query[key]
    return value ? [[key, SEVERAL.has(key) ? value.split(',') : value] as const] : []
  })
  return { group: query['queue'] || 'open', ...Object.fromEntries(narrowed) }
}
