/* The screen stays on while a patrol records: a page that cannot be seen gets no positions. */
import { shallowRef } from 'vue'

/** `refused`: this browser can, but did not, most often because the phone is saving battery. */
export type ScreenOn = 'off' | 'on' | 'refused' | 'unsupported'

export const screenOn = shallowRef<ScreenOn>('off')

let lock: WakeLockSentinel | null = null
let asking: Promise<void> | null = null
let isWanted = false

/** Best called from a tap; some browsers listen to nothing else. The browser lets go whenever the page is hidden. */
export function keepScreenOn(): Promise<void> {
  isWanted = true
  return (asking ??= ask().finally(() => (asking = null)))
}

async function ask(): Promise<void> {
  if (lock && !lock.released) return
  if (!('wakeLock' in navigator)) {
    screenOn.value = 'unsupported'
    return
  }
  try {
    lock = await navigator.wakeLock.request('screen')
  } catch {
    screenOn.value = 'refused'
    return
  }
  if (!isWanted) return letScreenGo()
  screenOn.value = 'on'
  const mine = lock
  mine.addEventListener('release', () => {
    if (lock === mine) screenOn.value = isWanted ? 'refused' : 'off'
  })
}

export function letScreenGo(): void {
  isWanted = false
  void lock?.release().catch(() => undefined)
  lock = null
  screenOn.value = 'off'
}
