/* The promise of a patrol's positions: none leaves the phone before the server has answered for the batch that it is in. */
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { whenSignedOut } from '@/api/client'
import { uuid7 } from '@/lib/uuid7'
import { BATCH_FIXES } from './pace'
import { begin, end, goOn, hide, pause, type Patrol } from './patrol'
import { amendPatrol, batchesOf, cutBatch, dropPatrol, keepFix, keepPatrol, keepWithdrawal, looseFixes, patrolsOf, withdrawalOf } from './store'
import { sendPatrols } from './sync'

const USER = 'worker-019'
const START = new Date('2026-11-20T01:00:00Z')

async function begun(fixes = 3, user = USER, at = START): Promise<string> {
  const patrol = begin({ id: uuid7(), user, travel: 'walk', at, shiftEndsAt: '2026-11-20T10:00:00Z' })
  await keepPatrol(patrol)
  await record(patrol.id, fixes)
  return patrol.id
}

async function record(id: string, fixes: number, fromS = 0): Promise<void> {
  for (let n = 0; n < fixes; n++) {
    const at = START.getTime() + (fromS + n * 5) * 1000
    await keepFix(id, at, { at: new Date(at).toISOString(), lng: 120.3, lat: 31.8, accuracy_m: 8 })
  }
}

const here = async (id: string): Promise<Patrol> => (await patrolsOf(USER)).find((one) => one.id === id)!
const onlyInBatches = async (id: string): Promise<number> => (await batchesOf(id)).reduce((sum, batch) => sum + batch.fixes.length, 0)

const json = (status: number, body: unknown, type = 'application/json'): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': type } })
const problem = (status: number, code = 'x', more: object = {}): Response =>
  json(status, { code, title: 't', status, detail: '说明', ...more }, 'application/problem+json')

type Body = { revision?: number; fixes?: unknown[]; agreed?: boolean; ended_at?: string | null }
type Server = (path: string, body: Body) => Response | Promise<Response>

const ids = (path: string) => path.split('/')
const takes: Server = (path, body) => {
  if (path === '/api/track-consent') return json(200, { text_version: 1, needed: true, agreed_at: null })
  if (path.includes('/fixes/')) return json(200, { batch_id: ids(path).at(-1), stored: body.fixes!.length, repeated: 0, off_patrol: 0, rejected: 0, rejections: [] })
  return json(200, { id: ids(path).at(-1), revision: body.revision, shift_ends_at: '2026-11-20T10:00:00Z', ended_at: body.ended_at ?? null, ended_by: body.ended_at ? 'staff' : null })
}

function serverIs(server: Server) {
  const calls = vi.fn(async (path: string, init: RequestInit) => server(path, JSON.parse(await (init.body as Blob).text()) as Body))
  vi.stubGlobal('fetch', calls)
  return calls
}
const paths = (calls: ReturnType<typeof serverIs>): string[] => calls.mock.calls.map(([path]) => (path.includes('/fixes/') ? 'fixes' : ids(path)[2]!))

const signedIn = (user: string): void => localStorage.setItem('suozi.me', JSON.stringify({ id: user }))

beforeEach(async () => {
  signedIn(USER)
  for (const user of [USER, 'somebody-else']) for (const one of await patrolsOf(user)) await dropPatrol(one.id)
})

describe('what is kept', () => {
  const portal: Server = () => new Response('<html>请登录</html>', { status: 200, headers: { 'content-type': 'text/html' } })
  const cases: [string, Server, string][] = [
    ['no signal', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
    ['a captive portal', portal, 'foreign'],
    ['a portal that answers JSON', () => json(200, { ok: true }), 'foreign'],
    ['a proxy that finds it too large', () => new Response('', { status: 413 }), 'foreign'],
    ['another batch’s answer', (path, body) => (path.includes('/fixes/') ? json(200, { batch_id: 'other', stored: 3 }) : takes(path, body)), 'foreign'],
    ['401', () => problem(401), 'signed_out'],
    ['403', () => problem(403), 'refused'],
    ['408', () => problem(408), 'server'],
    ['409 patrol_too_old', () => problem(409, 'patrol_too_old'), 'refused'],
    ['409 not_on_duty', () => problem(409, 'not_on_duty'), 'refused'],
    ['413', () => problem(413), 'refused'],
    ['422', () => problem(422), 'refused'],
    ['425', () => problem(425), 'server'],
    ['429', () => problem(429), 'server'],
    ['500', () => problem(500), 'server'],
    ['a refused batch', (path, body) => (path.includes('/fixes/') ? problem(422) : takes(path, body)), 'refused'],
  ]
  it.each(cases)('after %s, with the reason', async (_name, server, waiting) => {
    const id = await begun()
    await cutBatch(id)
    serverIs(server)
    await sendPatrols(USER)
    expect((await here(id)).waiting).toBe(waiting)
    expect(await onlyInBatches(id)).toBe(3)
    expect(await here(id)).toMatchObject({ recorded: 3, arrived: 0 })
  })

  it('of one that is set aside, until a person decides', async () => {
    const id = await begun()
    await cutBatch(id)
    serverIs(() => problem(409, 'not_on_duty'))
    await sendPatrols(USER)
    const calls = serverIs(takes)
    await sendPatrols(USER)
    expect(calls).not.toHaveBeenCalled()
    expect((await here(id)).problem?.detail).toBe('说明')
    await amendPatrol(id, (one) => ({ ...one, waiting: 'new', problem: null }))
    await sendPatrols(USER)
    expect(await here(id)).toMatchObject({ arrived: 3, waiting: 'new' })
  })

  it('of another person, who alone may send it', async () => {
    const id = await begun(3, 'somebody-else')
    await cutBatch(id)
    const calls = serverIs(takes)
    await sendPatrols(USER)
    expect(await patrolsOf(USER)).toEqual([])
    // Asked for them while the cookie is mine: another tab signed me in.
    await sendPatrols('somebody-else')
    expect(calls).not.toHaveBeenCalled()
    expect(await onlyInBatches(id)).toBe(3)
  })
})

describe('what leaves', () => {
  it('is the patrol first, then its batches, and these alone are forgotten', async () => {
    const id = await begun(BATCH_FIXES + 5)
    await cutBatch(id)
    await record(id, 1, 9_000)
    const calls = serverIs(takes)
    await sendPatrols(USER)
    expect(paths(calls)).toEqual(['patrols', 'fixes'])
    expect(await here(id)).toMatchObject({ recorded: BATCH_FIXES + 6, arrived: BATCH_FIXES, heard: 1 })
    expect((await looseFixes(id)).count).toBe(6)
    expect(await batchesOf(id)).toEqual([])
  })

  it('a batch whose answer was lost goes again under the same id with the same content', async () => {
    const id = await begun()
    await cutBatch(id)
    let isLost = true
    const calls = serverIs((path, body) => (path.includes('/fixes/') && isLost ? Promise.reject(new TypeError('lost')) : takes(path, body)))
    await sendPatrols(USER)
    await record(id, 2, 100)
    isLost = false
    await sendPatrols(USER)
    const sent = calls.mock.calls.filter(([path]) => path.includes('/fixes/'))
    const texts = await Promise.all(sent.map(([, init]) => (init.body as Blob).text()))
    expect(sent[0]![0]).toBe(sent[1]![0])
    expect(texts[0]).toBe(texts[1])
    expect(await here(id)).toMatchObject({ arrived: 3, recorded: 5 })
  })

  it('a change that came before a batch was cut is told before that batch', async () => {
    const id = await begun()
    await cutBatch(id)
    serverIs(takes)
    await sendPatrols(USER)
    await amendPatrol(id, (one) => hide(one, new Date(START.getTime() + 60_000)))
    await record(id, 2, 100)
    await cutBatch(id)
    const calls = serverIs(takes)
    await sendPatrols(USER)
    expect(paths(calls)).toEqual(['patrols', 'fixes'])
    // The patrol alone fails: its positions wait.
    await amendPatrol(id, (one) => pause(one, new Date(START.getTime() + 200_000)))
    const failing = serverIs((path, body) => (path.includes('/fixes/') ? takes(path, body) : problem(500)))
    await sendPatrols(USER)
    expect(paths(failing)).toEqual(['patrols'])
  })

  it('tells the phone’s clock, as for a report', async () => {
    await begun()
    const calls = serverIs(takes)
    await sendPatrols(USER)
    expect((calls.mock.calls[0]![1].headers as Record<string, string>)['Suozi-Phone-Time']).toMatch(/Z$/)
  })

  it('goes under a higher revision where the server knows something else', async () => {
    const id = await begun()
    await cutBatch(id)
    let heard = 0
    serverIs((path, body) => {
      if (path.includes('/fixes/')) return takes(path, body)
      heard = body.revision!
      return heard <= 4 ? problem(409, 'patrol_differs', { revision: 4 }) : takes(path, body)
    })
    await sendPatrols(USER)
    expect(heard).toBe(5)
    expect((await here(id)).arrived).toBe(3)
  })

  it('tells the patrol anew where the server has lost it', async () => {
    const id = await begun()
    await cutBatch(id)
    await amendPatrol(id, (one) => ({ ...one, heard: 1 }))
    let isKnown = false
    serverIs((path, body) => {
      if (path.includes('/fixes/') && !isKnown) return problem(404, 'no_such_patrol')
      isKnown = true
      return takes(path, body)
    })
    await sendPatrols(USER)
    await sendPatrols(USER)
    expect((await here(id)).arrived).toBe(3)
  })

  it('once, when two sends run at once', async () => {
    const id = await begun()
    await cutBatch(id)
    const calls = serverIs(takes)
    await Promise.all([sendPatrols(USER), sendPatrols(USER)])
    expect(paths(calls)).toEqual(['patrols', 'fixes'])
  })

  it('one that is stuck does not hold up the next', async () => {
    const [stuck, next] = [await begun(), await begun()]
    serverIs((path, body) => (path.includes(stuck) ? problem(409, 'patrol_too_old') : takes(path, body)))
    await sendPatrols(USER)
    expect((await here(next)).heard).toBe(1)
  })

  it('is forgotten whole once it ended and all has arrived, but for the last', async () => {
    const [first, last] = [await begun(3, USER, new Date(START.getTime() - 60_000)), await begun()]
    for (const id of [first, last]) {
      await amendPatrol(id, (one) => end(one, new Date(START.getTime() + 600_000), 'staff'))
      await cutBatch(id)
    }
    serverIs(takes)
    await sendPatrols(USER)
    expect((await patrolsOf(USER)).map((one) => one.id)).toEqual([last])
  })

  it('counts what the server did not keep', async () => {
    const id = await begun()
    await cutBatch(id)
    serverIs((path, body) =>
      path.includes('/fixes/') ? json(200, { batch_id: ids(path).at(-1), stored: 1, repeated: 0, off_patrol: 1, rejected: 1, rejections: [] }) : takes(path, body),
    )
    await sendPatrols(USER)
    expect(await here(id)).toMatchObject({ arrived: 3, offPatrol: 1, rejected: 1 })
  })

  it('a withdrawal goes last, and is kept until it is heard', async () => {
    const id = await begun()
    await cutBatch(id)
    await keepWithdrawal({ user: USER, text_version: 1 })
    serverIs((path, body) => (path === '/api/track-consent' ? problem(500) : takes(path, body)))
    await sendPatrols(USER)
    expect(await withdrawalOf(USER)).toBeDefined()
    const calls = serverIs(takes)
    await sendPatrols(USER)
    expect(paths(calls)).toEqual(['track-consent'])
    expect(await withdrawalOf(USER)).toBeUndefined()
  })
})

describe('what is stored', () => {
  it('no moment twice, and nothing in a pause or after the end', async () => {
    const id = await begun(2)
    await record(id, 2)
    await amendPatrol(id, (one) => pause(one, new Date(START.getTime() + 20_000)))
    await record(id, 2, 30)
    await amendPatrol(id, (one) => end(one, new Date(START.getTime() + 60_000), 'staff'))
    await record(id, 2, 70)
    expect((await here(id)).recorded).toBe(2)
    expect((await looseFixes(id)).count).toBe(2)
  })

  it('no position from before the start or from before the end of a pause', async () => {
    const id = await begun(0)
    await record(id, 1, -1)
    await amendPatrol(id, (one) => goOn(pause(one, new Date(START.getTime() + 10_000)), new Date(START.getTime() + 60_000)))
    await record(id, 1, 59)
    await record(id, 1, 60)
    expect((await here(id)).recorded).toBe(1)
  })

  it('positions of one patrol only, when that is thrown away', async () => {
    const [gone, stays] = [await begun(), await begun()]
    await cutBatch(gone)
    await cutBatch(stays)
    await record(gone, 1, 100)
    await dropPatrol(gone)
    expect(await batchesOf(gone)).toEqual([])
    expect((await looseFixes(gone)).count).toBe(0)
    expect(await onlyInBatches(stays)).toBe(3)
  })
})

it('a 401 asks the person to sign in', async () => {
  await begun()
  serverIs(() => problem(401))
  const asked = vi.fn()
  const stop = whenSignedOut(asked)
  await sendPatrols(USER)
  stop()
  expect(asked).toHaveBeenCalledOnce()
})
