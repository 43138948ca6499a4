/* How a patrol changes on the phone: what it tells the server of pauses, hidden spans and its end. */
import { describe, expect, it } from 'vitest'
import { answered, begin, beyond, chooseTravel, end, goOn, hide, interruptions, isRecording, MOST_SPANS, pause, pickUp, show, type Patrol } from './patrol'

const at = (minute: number, second = 0): Date => new Date(Date.UTC(2026, 10, 20, 1, minute, second))
const iso = (minute: number, second = 0): string => at(minute, second).toISOString()
const begun = (): Patrol => begin({ id: 'p', user: 'worker', travel: 'walk', at: at(0), shiftEndsAt: iso(59) })
const fixed = (patrol: Patrol, minute: number, second = 0): Patrol => ({ ...patrol, lastFixAt: iso(minute, second), recorded: patrol.recorded + 1 })
const out = (patrol: Patrol, more: object = {}) =>
  ({ id: 'p', revision: patrol.body.revision, shift_ends_at: patrol.shiftEndsAt, ended_at: null, ended_by: null, ...more }) as never

describe('revisions', () => {
  it('grow with every change and with nothing else', () => {
    const paused = pause(begun(), at(5))
    expect(paused.body.revision).toBe(2)
    expect(pause(paused, at(6))).toBe(paused)
    expect(hide(paused, at(6))).toBe(paused)
    expect(goOn(paused, at(10)).body).toMatchObject({ revision: 3, pauses: [{ from_at: iso(5), to_at: iso(10) }] })
    expect(chooseTravel(begun(), 'walk').body.revision).toBe(1)
    expect(chooseTravel(begun(), 'car').body).toMatchObject({ revision: 2, travel: 'car' })
  })

  it('an older answer is noted as such; a higher number on the server is passed', () => {
    const patrol = pause(begun(), at(5))
    expect(answered(patrol, out(patrol, { revision: 1 })).heard).toBe(1)
    expect(answered(patrol, out(patrol, { revision: 7 }))).toMatchObject({ heard: 7, body: { revision: 8 } })
    expect(beyond(patrol, 2).body.revision).toBe(3)
  })
})

describe('hidden spans', () => {
  it('open when the page goes and close when it comes back', () => {
    expect(show(hide(begun(), at(3)), at(8)).body.hidden).toEqual([{ from_at: iso(3), to_at: iso(8) }])
  })

  it('after a kill last from the last position to now', () => {
    const back = pickUp(fixed(begun(), 4, 10), at(30))
    expect(back.body.hidden).toEqual([{ from_at: iso(4, 10), to_at: iso(30) }])
    expect(interruptions(back)).toHaveLength(1)
  })

  it('after a kill of a page that was hidden already last from then', () => {
    expect(pickUp(hide(fixed(begun(), 4), at(4, 20)), at(30)).body.hidden).toEqual([{ from_at: iso(4, 20), to_at: iso(30) }])
  })

  it('after a kill without any position last from the start, after a pause from its end', () => {
    expect(pickUp(begun(), at(30)).body.hidden).toEqual([{ from_at: iso(0), to_at: iso(30) }])
    expect(pickUp(goOn(pause(fixed(begun(), 1), at(2)), at(9)), at(30)).body.hidden).toEqual([{ from_at: iso(9), to_at: iso(30) }])
  })

  it('are not made of a page that was merely loaded again, nor of a pause', () => {
    const patrol = fixed(begun(), 4)
    expect(pickUp(patrol, at(4, 20))).toBe(patrol)
    const paused = pause(patrol, at(5))
    expect(pickUp(paused, at(30))).toBe(paused)
  })

  it('close before a pause and at the end', () => {
    expect(pause(hide(begun(), at(3)), at(8)).body.hidden[0]?.to_at).toBe(iso(8))
    const ended = end(hide(begun(), at(3)), at(8), 'staff')
    expect(ended.body).toMatchObject({ ended_at: iso(8), hidden: [{ from_at: iso(3), to_at: iso(8) }] })
    expect(isRecording(ended)).toBe(false)
    expect(end(ended, at(9), 'staff')).toBe(ended)
  })

  it('are never more than the server takes: the two nearest become one', () => {
    let patrol = begun()
    const span = (n: number) => [new Date(at(0).getTime() + n * 60_000), new Date(at(0).getTime() + n * 60_000 + (n === 7 ? 59_000 : 1_000))] as const
    for (let n = 0; n <= MOST_SPANS; n++) patrol = show(hide(patrol, span(n)[0]), span(n)[1])
    const { hidden } = patrol.body
    expect(hidden).toHaveLength(MOST_SPANS)
    expect(hidden).toContainEqual({ from_at: span(7)[0].toISOString(), to_at: span(8)[1].toISOString() })
    expect(hidden.at(-1)?.to_at).toBe(span(MOST_SPANS)[1].toISOString())
  })
})

it('of too many pauses the shortest is forgotten, never the one that runs', () => {
  let patrol = begun()
  for (let n = 0; n <= MOST_SPANS; n++) {
    const from = at(0).getTime() + n * 60_000
    patrol = pause(patrol, new Date(from))
    if (n < MOST_SPANS) patrol = goOn(patrol, new Date(from + (n === 9 ? 5_000 : 30_000)))
  }
  expect(patrol.body.pauses).toHaveLength(MOST_SPANS)
  expect(patrol.body.pauses.at(-1)?.to_at).toBeNull()
  expect(patrol.body.pauses.map((span) => span.from_at)).not.toContain(new Date(at(0).getTime() + 9 * 60_000).toISOString())
})

it('the server’s end is an end here, without a further word', () => {
  const patrol = begun()
  const ended = answered(patrol, out(patrol, { ended_at: iso(20), ended_by: 'replaced' }))
  expect(ended).toMatchObject({ ended: { at: iso(20), by: 'replaced' }, heard: 1, body: { revision: 1 } })
})
