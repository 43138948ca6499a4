/* What else than cases changes while a screen is open: the duty of a squad, the one net, what I am told, a file of mine. A message names
   what changed, never how it is now: screens read that for themselves. */
import { onScopeDispose } from 'vue'

export const CHANGE_KINDS = ['duty', 'net', 'notice', 'export'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/** What the message says; nothing when so much was missed that anything may have changed. */
type Listener = (said?: unknown) => void

const listeners: Record<ChangeKind, Set<Listener>> = { duty: new Set(), net: new Set(), notice: new Set(), export: new Set() }

export function tellChange(kind: ChangeKind, said?: unknown): void {
  listeners[kind].forEach((listener) => listener(said))
}

/** Calls `listener` for every change of that kind, and when so much was missed that anything may have changed. */
export function useChanges(kind: ChangeKind, listener: Listener): void {
  listeners[kind].add(listener)
  onScopeDispose(() => listeners[kind].delete(listener))
}
