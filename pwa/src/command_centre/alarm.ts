/* Emergencies that nobody looks after: they ring, stand in the title and in a bar, until somebody opens or accepts them. The sound is made
   here, not fetched; a browser lets it be heard only after a gesture, so it is off until somebody turns it on. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { api, ask, type CaseSummary } from '@/api/client'
import { may } from '@/auth/session'
import { useSound } from '@/lib/sound'
import type { LiveCases } from './live_cases'

/** Before a squad has accepted it. */
const UNACCEPTED: ReadonlySet<CaseSummary['status']> = new Set(['verifying', 'pending_filing', 'pending_dispatch', 'pending_ack'])

/** Oldest first: it has waited longest. */
export function unattended(rows: readonly CaseSummary[], attended: ReadonlySet<string>): CaseSummary[] {
  return rows
    .filter((row) => row.severity === 'emergency' && UNACCEPTED.has(row.status) && !attended.has(row.id))
    .toSorted((a, b) => a.opened_at.localeCompare(b.opened_at))
}

/** `waits`: turned on, and the browser still wants a gesture. */
export type Sound = 'off' | 'waits' | 'on'

export type Alarm = ReturnType<typeof useAlarm>

const ATTENDED = 'suozi.attended'
const REMEMBERED = 200
const RING_EVERY_MS = 2_500
const NOTE_MS = 8_000

export function useAlarm(live: LiveCases, person: string) {
  const soundKeptAs = `suozi.sound.${person}`
  const wanted = ref(localStorage.getItem(soundKeptAs) === 'on')
  const attended = shallowRef(remembered())
  const muted = shallowRef<ReadonlySet<string>>(new Set())
  const note = ref('')
  const tones = useSound(() => wanted.value)
  const { running } = tones
  let ringing: ReturnType<typeof setInterval> | undefined
  let noting: ReturnType<typeof setTimeout> | undefined

  const cases = computed(() => unattended(live.rows.value, attended.value))
  const audible = computed(() => cases.value.filter(({ id }) => !muted.value.has(id)))
  const sound = computed<Sound>(() => (wanted.value ? (running.value ? 'on' : 'waits') : 'off'))

  function attend(id: string): void {
    if (attended.value.has(id)) return
    attended.value = new Set([...attended.value, id].slice(-REMEMBERED))
    localStorage.setItem(ATTENDED, JSON.stringify([...attended.value]))
  }

  /** This desk shows the case: it rings no longer, here or at the other desks. */
  function opened(row: CaseSummary): void {
    if (row.severity !== 'emergency' || attended.value.has(row.id)) return
    attend(row.id)
    if (may('register')) void ask(api.PUT('/api/cases/{case_id}/attention', { params: { path: { case_id: row.id } } }))
  }

  /** Here only, and it still stands in the bar. */
  function mute(id: string | undefined = audible.value[0]?.id): void {
    if (id) muted.value = new Set([...muted.value, id])
  }

  watch(live.attended, (told) => {
    if (!told || attended.value.has(told.case_id)) return
    if (cases.value.some(({ id }) => id === told.case_id)) say(told.by)
    attend(told.case_id)
  })

  function say(by: string): void {
    note.value = by
    clearTimeout(noting)
    noting = setTimeout(() => (note.value = ''), NOTE_MS)
  }

  /** A press on the bell is the gesture that the browser wants. */
  function turn(on: boolean): void {
    wanted.value = on
    localStorage.setItem(soundKeptAs, on ? 'on' : 'off')
    if (on) void tones.wake()
    else tones.rest()
  }

  watch(
    () => audible.value.length > 0 && running.value,
    (rings) => {
      clearInterval(ringing)
      if (!rings) return
      tones.ring()
      ringing = setInterval(tones.ring, RING_EVERY_MS)
    },
  )

  const shared = ({ key }: StorageEvent): void => {
    if (key === ATTENDED) attended.value = remembered()
  }
  window.addEventListener('storage', shared)
  onScopeDispose(() => {
    window.removeEventListener('storage', shared)
    clearInterval(ringing)
    clearTimeout(noting)
  })

  return { cases, audible, muted, note, sound, opened, mute, turn, chime: tones.chime }
}

function remembered(): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(ATTENDED) ?? '[]') as string[])
  } catch {
    return new Set()
  }
}
