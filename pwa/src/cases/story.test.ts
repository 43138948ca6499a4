import { describe, expect, it } from 'vitest'
import type { CaseEvent } from './names'
import { dayFailure, momentOf } from './said'
import { plainStory, wholeStory } from './story'

const NOW = new Date('2026-11-20T04:00:00Z')
const event = (action: string, over: Partial<CaseEvent> = {}): CaseEvent =>
  ({ id: action, action, label: action, words: '', reason: null, squad: null, squads: [], until: null, until_day: null, to_name: null, other_case: null, due_at: null, photos: [], ...over }) as unknown as CaseEvent

describe('whoever reported it reads', () => {
  const told = (...events: CaseEvent[]) => plainStory(events, NOW).map((line) => line.what)
  it('what concerns them, in plain words', () => {
    expect(told(event('report'), event('route', { squad: { code: 's1', name: '一中队' } }), event('arrive'), event('feedback'))).toEqual(['已上报', '已派给一中队', '已到场', '处置完，等核查'])
  })
  it('nothing of the correspondence of the house', () => {
    expect(told(event('remind'), event('ask_extension'), event('supervise'), event('escalate'), event('ask_void'))).toEqual([])
    const [line] = plainStory([event('send_back', { words: '不归本队管' })], NOW)
    expect(line?.event.words).toBe('')
  })
})

it('a line says its reason once', () => {
  const [same] = wholeStory([event('send_back', { words: '地点不对', reason: '地点不对' })], NOW)
  const [other] = wholeStory([event('send_back', { words: '在河对岸', reason: '地点不对' })], NOW)
  expect(same?.more).toEqual([])
  expect(other?.more).toEqual(['原因：地点不对'])
})

describe('days and moments', () => {
  it.each([
    ['', '请选恢复办理的日期'],
    ['2026-11-20', '恢复日期要在今天以后'],
    ['2026-11-21', ''],
    ['2027-11-20', ''],
    ['2027-11-21', '恢复日期不能超过一年'],
  ])('%s', (day, failure) => expect(dayFailure(day, '2026-11-20')).toBe(failure))
  it('a moment is the town’s, whatever the zone of the phone', () => {
    expect(momentOf('2026-11-20T09:30')).toBe('2026-11-20T01:30:00.000Z')
    expect(momentOf('')).toBeNull()
  })
})
