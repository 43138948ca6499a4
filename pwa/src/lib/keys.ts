/* Keys of a whole desk screen. They rest while someone types, while a dialog is open, and while `shown` says no. */
import { onScopeDispose } from 'vue'

export type Keys = Record<string, () => void>

export function useKeys(keys: Keys, shown: () => boolean = () => true): void {
  function press(event: KeyboardEvent): void {
    const act = keys[event.key]
    if (!act || !shown() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (isTyping(event) || isMoving(event) || document.querySelector('dialog[open]')) return
    event.preventDefault()
    act()
  }
  window.addEventListener('keydown', press)
  onScopeDispose(() => window.removeEventListener('keydown', press))
}

/** A slider takes arrows alone. */
function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.matches('input[type=range]') ? /^(Arrow|Page|Home|End)/.test(key) : target.matches('input, textarea, select')
}

/** Arrows in the map move the map. */
function isMoving(event: KeyboardEvent): boolean {
  return event.key.startsWith('Arrow') && event.target instanceof HTMLCanvasElement
}
