/* A day for the player: everybody's track, stays and gaps on one clock of whole seconds since the day's first start. Pure; nothing of it
   is ever reactive. */
import type { Schemas } from '@/api/client'
import { readTrack } from '@/lib/track_wire'

type Replay = Schemas['Replay']

/** Columns by point; `atS` in seconds of the day's clock. See wire.ts. */
export interface Way {
  atS: Int32Array
  lngE6: Int32Array
  latE6: Int32Array
  goneDm: Int32Array
  runs: Int32Array
}

export interface Span {
  startS: number
  endS: number
}

export interface StaySpan extends Span {
  lng: number
  lat: number
}

export interface GapSpan extends Span {
  why: string
}

export interface PersonDay {
  id: string
  /** Place in the list, from 0; the map and the list show it from 1. */
  n: number
  about: Schemas['ReplayPerson']
  way: Way
  patrols: Span[]
  stays: StaySpan[]
  gaps: GapSpan[]
}

/** A step that somebody of the replay took with a case while they were on patrol. */
export interface Happening {
  atS: number
  person: number
  case: Schemas['ReplayCase']['case']
  toStatus: Schemas['ReplayStep']['to_status']
  photos: string[]
}

export interface ReplayDay {
  onDay: string
  /** Milliseconds since 1970 of second 0. */
  baseMs: number
  endS: number
  people: PersonDay[]
  happenings: Happening[]
}

/** Empty days have neither people nor length. Throws for a track that cannot be read. */
export function dayOf(replay: Replay): ReplayDay {
  const starts = replay.people.flatMap((person) => person.patrols.map(({ started_at }) => Date.parse(started_at)))
  const baseMs = starts.length ? Math.floor(Math.min(...starts) / 1000) * 1000 : 0
  const second = (at: string): number => Math.round((Date.parse(at) - baseMs) / 1000)
  const people = replay.people.map((about, n): PersonDay => ({
    id: about.staff_id,
    n,
    about,
    way: wayOf(about.track, baseMs / 1000),
    patrols: about.patrols.map(({ started_at, ended_at }) => ({ startS: second(started_at), endS: second(ended_at ?? replay.as_of) })),
    stays: about.stays.map(({ start_at, end_at, lng, lat }) => ({ startS: second(start_at), endS: second(end_at), lng, lat })),
    gaps: about.gaps.map(({ start_at, end_at, why }) => ({ startS: second(start_at), endS: second(end_at), why })),
  }))
  const numbers = new Map(people.map(({ id, n }) => [id, n]))
  const endS = Math.max(0, ...people.flatMap(({ patrols }) => patrols.map((patrol) => patrol.endS)))
  const happenings = replay.cases
    .flatMap((one) => one.steps.map(({ at, by, to_status, photos }) => ({ atS: second(at), person: numbers.get(by) ?? -1, case: one.case, toStatus: to_status, photos })))
    .filter(({ atS }) => atS >= 0 && atS <= endS)
    .sort((a, b) => a.atS - b.atS)
  return { onDay: replay.on_day, baseMs, endS, people, happenings }
}

const NO_WAY: Way = {
  atS: new Int32Array(), lngE6: new Int32Array(), latE6: new Int32Array(), goneDm: new Int32Array(), runs: new Int32Array(1),
}

function wayOf(base64: string, baseS: number): Way {
  if (!base64) return NO_WAY
  const { atS: since1970S, lngE6, latE6, goneDm, runs } = readTrack(base64)
  const atS = new Int32Array(since1970S.length)
  for (let i = 0; i < atS.length; i++) atS[i] = since1970S[i]! - baseS
  return { atS, lngE6, latE6, goneDm, runs }
}
