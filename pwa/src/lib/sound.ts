/* Tones that are made here, not fetched. A browser lets them be heard only after a gesture: the next press anywhere wakes them. */
import { onScopeDispose, readonly, ref, type Ref } from 'vue'
import { isWatchedByTest } from './watched'

export interface Sound {
  /** Whether a tone would be heard now. */
  running: Readonly<Ref<boolean>>
  wake: () => Promise<void>
  rest: () => void
  /** High, then low, half a second: somebody must act. */
  ring: () => void
  /** One short tone: there is something new. */
  chime: () => void
}

const HIGH_HZ = 880
const LOW_HZ = 660
const NOTE_S = 0.25

/** Only while `wanted` says so. */
export function useSound(wanted: () => boolean): Sound {
  const running = ref(false)
  let context: AudioContext | null = null

  async function wake(): Promise<void> {
    if (!wanted() || running.value) return
    context ??= new AudioContext()
    await context.resume()
    running.value = context.state === 'running'
  }

  function rest(): void {
    void context?.suspend()
    running.value = false
  }

  function play(tones: readonly number[]): void {
    if (!context || !running.value || !wanted()) return
    playTones(context, tones)
    if (isWatchedByTest()) window.dispatchEvent(new CustomEvent('suozi-tone', { detail: tones.length }))
  }

  const gesture = (): void => void wake()
  window.addEventListener('pointerdown', gesture)
  window.addEventListener('keydown', gesture)
  onScopeDispose(() => {
    window.removeEventListener('pointerdown', gesture)
    window.removeEventListener('keydown', gesture)
    void context?.close()
  })
  return { running: readonly(running), wake, rest, ring: () => play([HIGH_HZ, LOW_HZ]), chime: () => play([HIGH_HZ]) }
}

/** One after the other, with soft edges. */
function playTones(context: AudioContext, tones: readonly number[]): void {
  const gain = context.createGain()
  gain.connect(context.destination)
  const at = context.currentTime
  gain.gain.setValueAtTime(0, at)
  for (const [n, hertz] of tones.entries()) {
    const from = at + n * NOTE_S
    gain.gain.linearRampToValueAtTime(0.25, from + 0.03)
    gain.gain.linearRampToValueAtTime(0, from + NOTE_S - 0.01)
    const tone = context.createOscillator()
    tone.frequency.value = hertz
    tone.connect(gain)
    tone.start(from)
    tone.stop(from + NOTE_S)
  }
}
