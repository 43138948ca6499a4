/* A patrol as this phone keeps it, and how it changes. Pure. All times are the phone's own clock, right or wrong: with every
   request the server is told what that clock shows. */
import type { Problem, Schemas } from '@/api/client'
import type { Waiting } from '@/offline/outbox'
import { STANDING_MS } from './pace'

export type Travel = Schemas['Travel']
export type EndedBy = Schemas['EndedBy']
export type Span = Schemas['SpanIn']

export interface Patrol {
  /** UUIDv7, chosen here. */
  id: string
  user: string
  /** What the server is told, whole, each time with a higher revision. */
  body: Schemas['PatrolIn']
  /** The highest revision that the server has; 0 while it knows nothing of this patrol. */
  heard: number
  shiftEndsAt: string
  /** Ended here, or by the server. */
  ended: { at: string; by: EndedBy } | null
  lastFixAt: string | null
  /** Positions kept since the start, and how many of them the server has answered for. */
  recorded: number
  arrived: number
  /** Of those that arrived: outside the patrol or in a pause; and not believable. */
  offPatrol: number
  rejected: number
  waiting: Waiting
  problem: Problem | null
}

/** The most spans that the server takes of each kind. */
export const MOST_SPANS = 500

const iso = (at: Date): string => at.toISOString()
const ms = (at: string): number => new Date(at).getTime()

export function begin(start: { id: string; user: string; travel: Travel; at: Date; shiftEndsAt: string }): Patrol {
  return {
    id: start.id,
    user: start.user,
    body: { revision: 1, travel: start.travel, started_at: iso(start.at), ended_at: null, pauses: [], hidden: [] },
    heard: 0,
    shiftEndsAt: start.shiftEndsAt,
    ended: null,
    lastFixAt: null,
    recorded: 0,
    arrived: 0,
    offPatrol: 0,
    rejected: 0,
    waiting: 'new',
    problem: null,
  }
}

const openOne = (spans: readonly Span[]): Span | undefined => spans.find((span) => !span.to_at)

export const isPaused = (patrol: Patrol): boolean => !patrol.ended && !!openOne(patrol.body.pauses)
export const isHidden = (patrol: Patrol): boolean => !patrol.ended && !!openOne(patrol.body.hidden)
export const isRecording = (patrol: Patrol): boolean => !patrol.ended && !isPaused(patrol)

/** Whether a position of this moment belongs to the patrol. The first ones that a browser gives may be older than the tap. */
export function recordsAt(patrol: Patrol, atMs: number): boolean {
  const resumed = patrol.body.pauses.at(-1)?.to_at
  return isRecording(patrol) && atMs >= ms(resumed ?? patrol.body.started_at)
}

/** Positions that are only on this phone. */
export const onlyHere = (patrol: Patrol): number => patrol.recorded - patrol.arrived

/** The server has everything, or will never have it. */
export const isSettled = (patrol: Patrol): boolean => !!patrol.ended && patrol.heard >= patrol.body.revision && onlyHere(patrol) === 0

/** Set aside: the server does not take it as it is, and a person must look at it. */
export const isAside = (patrol: Patrol): boolean => patrol.waiting === 'refused'

function changed(patrol: Patrol, change: Partial<Patrol['body']>): Patrol {
  return { ...patrol, body: { ...patrol.body, ...change, revision: patrol.body.revision + 1 } }
}

const closedAt = (spans: readonly Span[], at: Date): Span[] => spans.map((span) => (span.to_at ? span : { ...span, to_at: iso(at) }))

export function pause(patrol: Patrol, at: Date): Patrol {
  if (!isRecording(patrol)) return patrol
  return changed(show(patrol, at), { pauses: shortestGone([...patrol.body.pauses, { from_at: iso(at), to_at: null }]) })
}

export function goOn(patrol: Patrol, at: Date): Patrol {
  return isPaused(patrol) ? changed(patrol, { pauses: closedAt(patrol.body.pauses, at) }) : patrol
}

/** The page can no longer be seen, so the browser gives no positions. */
export function hide(patrol: Patrol, at: Date): Patrol {
  return isRecording(patrol) && !isHidden(patrol) ? hiddenSince(patrol, at) : patrol
}

function hiddenSince(patrol: Patrol, at: Date): Patrol {
  return changed(patrol, { hidden: nearestJoined([...patrol.body.hidden, { from_at: iso(at), to_at: null }]) })
}

export function show(patrol: Patrol, at: Date): Patrol {
  return isHidden(patrol) ? changed(patrol, { hidden: closedAt(patrol.body.hidden, at) }) : patrol
}

/** The page is seen again, or the app is there again after it was gone without a word: since the last position nothing is known. */
export function pickUp(patrol: Patrol, at: Date): Patrol {
  if (!isRecording(patrol)) return patrol
  const known = lastKnown(patrol)
  const isGap = !isHidden(patrol) && at.getTime() - known > STANDING_MS
  return show(isGap ? hiddenSince(patrol, new Date(known)) : patrol, at)
}

/** The last moment of which the phone knows that it recorded. */
function lastKnown({ body, lastFixAt }: Patrol): number {
  const ends = [...body.pauses, ...body.hidden].map((span) => span.to_at)
  return Math.max(...[body.started_at, lastFixAt, ...ends].map((at) => (at ? ms(at) : 0)))
}

/** The spans in which the page could not record, long enough to matter, the last one last. */
export const interruptions = ({ body }: Patrol): Span[] =>
  body.hidden.filter((span) => span.to_at && ms(span.to_at) - ms(span.from_at) > STANDING_MS)

export function end(patrol: Patrol, at: Date, by: EndedBy): Patrol {
  if (patrol.ended) return patrol
  const [pauses, hidden] = [closedAt(patrol.body.pauses, at), closedAt(patrol.body.hidden, at)]
  return { ...changed(patrol, { ended_at: iso(at), pauses, hidden }), ended: { at: iso(at), by } }
}

export function chooseTravel(patrol: Patrol, travel: Travel): Patrol {
  return patrol.ended || patrol.body.travel === travel ? patrol : changed(patrol, { travel })
}

/** What the server made of it. It may have ended the patrol: on another phone another one began, or the shift is over. */
export function answered(patrol: Patrol, out: Schemas['PatrolOut']): Patrol {
  const ended = patrol.ended ?? (out.ended_at && out.ended_by ? { at: out.ended_at, by: out.ended_by } : null)
  const told = { ...patrol, heard: out.revision, shiftEndsAt: out.shift_ends_at, ended, waiting: 'new' as const, problem: null }
  // Heard under a number that this phone has since forgotten: what it has now must be the later word.
  return out.revision > patrol.body.revision ? beyond(told, out.revision) : told
}

/** The server knows something else under this revision: this phone's word is told again under a higher one. */
export function beyond(patrol: Patrol, revision: number): Patrol {
  return { ...patrol, waiting: 'new', problem: null, body: { ...patrol.body, revision: Math.max(patrol.body.revision, revision) + 1 } }
}

/* Never more than the server takes, or the whole patrol would be refused. Of hidden spans the two nearest become one: more time
   is unknown then, none is invented. */
function nearestJoined(spans: Span[]): Span[] {
  if (spans.length <= MOST_SPANS) return spans
  const between = (i: number): number => ms(spans[i + 1]!.from_at) - ms(spans[i]!.to_at ?? spans[i + 1]!.from_at)
  let nearest = 0
  for (let i = 1; i < spans.length - 2; i++) if (between(i) < between(nearest)) nearest = i
  return spans.toSpliced(nearest, 2, { from_at: spans[nearest]!.from_at, to_at: spans[nearest + 1]!.to_at })
}

/* Joined pauses would throw away the positions between them; a pause that is forgotten is merely time without a position. */
function shortestGone(spans: Span[]): Span[] {
  if (spans.length <= MOST_SPANS) return spans
  const lasts = (span: Span): number => (span.to_at ? ms(span.to_at) - ms(span.from_at) : Infinity)
  const shortest = Math.min(...spans.map(lasts))
  return spans.toSpliced(spans.findIndex((span) => lasts(span) === shortest), 1)
}
