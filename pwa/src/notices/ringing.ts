/* The sound of what I am told, on this device: one tone for what is urgent, and for an emergency again and again until somebody has acted,
   or until it is silenced here. Nobody who is off duty is called. */
import { computed, onScopeDispose, ref, shallowRef, watch, watchEffect, type ComputedRef } from 'vue'
import { useSound } from '@/lib/sound'
import { inbox } from './inbox'
import { callsFor, type Notice, type NoticeTold } from './notice'

const SOUND_KEPT_AS = 'suozi.notice_sound'
const SILENCED_KEPT_AS = 'suozi.silenced'
const REMEMBERED = 100
const RING_EVERY_MS = 4_000

/** Whether this device sounds at all. */
export const soundWanted = ref(localStorage.getItem(SOUND_KEPT_AS) !== 'off')
watchEffect(() => localStorage.setItem(SOUND_KEPT_AS, soundWanted.value ? 'on' : 'off'))

export interface Ringing {
  /** What rings or would ring, whatever is looked at. */
  calls: ComputedRef<Notice[]>
  /** It can be heard. */
  audible: ComputedRef<boolean>
  /** Silenced here. */
  silenced: (notice: Notice) => boolean
  silence: (notice: Notice) => void
  hear: (told: NoticeTold) => void
}

/** `called`: on duty, as far as this device knows. `looksAt`: the case that is on the screen; while it is, it does not sound. */
export function useRinging(called: () => boolean, looksAt: () => string | null): Ringing {
  const sound = useSound(() => soundWanted.value)
  const quiet = shallowRef(remembered())
  let timer: ReturnType<typeof setInterval> | undefined

  const calls = computed(() => (called() && inbox.value.kind === 'ready' ? callsFor([...inbox.value.data.unread, ...inbox.value.data.recent]) : []))
  const audible = computed(() => calls.value.some((one) => !quiet.value.has(one.id) && one.case.id !== looksAt()))

  watch(
    () => audible.value && sound.running.value && soundWanted.value,
    (rings) => {
      clearInterval(timer)
      if (!rings) return
      sound.ring()
      timer = setInterval(sound.ring, RING_EVERY_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearInterval(timer))

  return {
    calls,
    audible,
    silenced: (notice) => quiet.value.has(notice.id),
    silence(notice) {
      quiet.value = new Set([...quiet.value, notice.id].slice(-REMEMBERED))
      localStorage.setItem(SILENCED_KEPT_AS, JSON.stringify([...quiet.value]))
    },
    hear({ rings, severity }) {
      if (rings && severity !== 'emergency' && called()) sound.chime()
    },
  }
}

function remembered(): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(SILENCED_KEPT_AS) ?? '[]') as string[])
  } catch {
    return new Set()
  }
}
