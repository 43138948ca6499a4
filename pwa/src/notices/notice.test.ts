import { expect, test } from 'vitest'
import { asRead, callsFor, countWords, isUnread, worstFirst, type Notice } from './notice'

interface Made extends Partial<Omit<Notice, 'case'>> {
  case_id?: string
  due_at?: string | null
}

const told = (id: string, { case_id, due_at = null, ...more }: Made = {}): Notice =>
  ({
    id,
    kind: 'task',
    severity: 'normal',
    rings: false,
    to_act_on: true,
    at: '2026-11-29T02:00:00Z',
    seen_at: null,
    settled_at: null,
    case: { id: case_id ?? id, due_at },
    ...more,
  }) as Notice
const ids = (notices: Notice[]) => notices.map((one) => one.id)

test('an emergency comes first, then what is due first, then the graver, then the newest', () => {
  const found = worstFirst([
    told('old'),
    told('newer', { at: '2026-11-29T03:00:00Z' }),
    told('urgent', { severity: 'urgent' }),
    told('soon', { due_at: '2026-11-29T05:00:00Z' }),
    told('late', { due_at: '2026-11-29T01:00:00Z' }),
    told('emergency', { severity: 'emergency', due_at: '2026-11-29T09:00:00Z' }),
  ])
  expect(ids(found)).toEqual(['emergency', 'late', 'soon', 'urgent', 'newer', 'old'])
})

test('of several about one case only the worst is shown', () => {
  const found = worstFirst([told('task', { case_id: 'one' }), told('pressed', { case_id: 'one', severity: 'urgent' }), told('other')])
  expect(ids(found)).toEqual(['pressed', 'other'])
})

test('an emergency rings until somebody has taken it, also when it was read; what is only to be known of until it is read', () => {
  const alarm = { severity: 'emergency', rings: true } as const
  const found = callsFor([
    told('new', { ...alarm, at: '2026-11-29T03:00:00Z' }),
    told('read', { ...alarm, seen_at: '2026-11-29T02:01:00Z' }),
    told('taken', { ...alarm, settled_at: '2026-11-29T02:01:00Z' }),
    told('pressed', { ...alarm, kind: 'pressed', at: '2026-11-29T04:00:00Z' }),
    told('pressed and read', { ...alarm, kind: 'pressed', seen_at: '2026-11-29T02:01:00Z' }),
    told('silent', { severity: 'emergency' }),
    told('urgent', { severity: 'urgent', rings: true }),
  ])
  expect(ids(found)).toEqual(['read', 'new', 'pressed'])
})

test('what was read here is read, by name or up to a moment', () => {
  const all = [told('a'), told('b', { at: '2026-11-29T03:00:00Z' }), told('c', { at: '2026-11-29T04:00:00Z' })]
  const unread = (read: Notice[]) => ids(read.filter(isUnread))
  expect(unread(asRead(all, new Set(['b']), null, 'now'))).toEqual(['a', 'c'])
  expect(unread(asRead(all, new Set(), '2026-11-29T03:00:00Z', 'now'))).toEqual(['c'])
})

test('a badge stays small', () => {
  expect([3, 99, 100].map(countWords)).toEqual(['3', '99', '99+'])
})
