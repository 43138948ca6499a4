/* Plays a day: a clock that goes with the frames of the screen. What is drawn is told frame by frame; what is read in words a few times a second. */
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { Span } from './day'
import { advance, nextSpeed, pastSkips, type Speed } from './player_clock'

const WORDS_EVERY_MS = 200

export interface Player {
  playing: Readonly<Ref<boolean>>
  speed: Ref<Speed>
  skips: Ref<boolean>
  /** For words, some times a second. */
  shownS: Readonly<ShallowRef<number>>
  /** This very frame. */
  second: () => number
  toggle: () => void
  pause: () => void
  seek: (second: number) => void
  by: (seconds: number) => void
  faster: (by: -1 | 1) => void
}

export function usePlayer(endS: number, start: { second: number; speed: Speed }, stops: () => Span[], onFrame: (second: number) => void): Player {
  const playing = ref(false)
  const speed = ref<Speed>(start.speed)
  const skips = ref(false)
  const inside = (at: number): number => Math.min(endS, Math.max(0, at))
  let second = inside(start.second)
  const shownS = shallowRef(second)
  const left = computed(() => (skips.value ? stops() : []))
  let frame = 0
  let lastMs = 0
  let toldMs = 0

  function tell(nowMs: number): void {
    onFrame(second)
    if (playing.value && nowMs - toldMs < WORDS_EVERY_MS) return
    toldMs = nowMs
    shownS.value = second
  }

  function tick(nowMs: number): void {
    second = inside(advance(second, nowMs - lastMs, speed.value, left.value))
    lastMs = nowMs
    if (second >= endS) playing.value = false
    tell(nowMs)
    if (playing.value) frame = requestAnimationFrame(tick)
  }

  function play(): void {
    if (second >= endS) second = 0
    second = pastSkips(second, left.value)
    playing.value = true
    lastMs = performance.now()
    frame = requestAnimationFrame(tick)
  }

  function pause(): void {
    playing.value = false
    cancelAnimationFrame(frame)
    tell(performance.now())
  }

  function seek(at: number): void {
    second = inside(at)
    onFrame(second)
    shownS.value = second
  }

  watch(left, (now) => now.length && seek(pastSkips(second, now)))
  onScopeDispose(() => cancelAnimationFrame(frame))
  return {
    playing, speed, skips, shownS,
    second: () => second,
    toggle: () => (playing.value ? pause() : play()),
    pause,
    seek,
    by: (seconds) => seek(second + seconds),
    faster: (by) => (speed.value = nextSpeed(speed.value, by)),
  }
}
