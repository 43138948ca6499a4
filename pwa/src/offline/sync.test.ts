/* The promise of the outbox: nothing leaves it before the server has said, under the same id, that nothing is missing. */
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { whenSignedOut, type CaseDetail } from '@/api/client'
import { uuid7 } from '@/lib/uuid7'
import { keepDraft, keptDraft } from './drafts'
import { amend, drop, itemsOf, keep, lineOf, photosOf, type ActionItem, type OutboxItem, type Photo } from './outbox'
import { flush, whenDelivered } from './sync'

const USER = 'worker-019'
const CASE = { id: 'case-1', version: 3 } as CaseDetail
const PHOTO: Photo = { sha256: 'a'.repeat(64), type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]).buffer }
const OTHER_PHOTO: Photo = { ...PHOTO, sha256: 'b'.repeat(64) }

function report(photos: Photo[] = [PHOTO]): OutboxItem {
  return {
    id: uuid7(),
    user: USER,
    kind: 'report',
    title: '暴露垃圾',
    sha256s: photos.map((photo) => photo.sha256),
    savedAt: '2026-11-20T06:02:00Z',
    tries: 0,
    waiting: 'new',
    problem: null,
    body: { matter: 'C0301', place: { lng: 120.3, lat: 31.8, source: 'gps' }, words: '', occurred_at: '2026-11-20T06:02:00Z' } as never,
  }
}

function action(caseId: string, name: string): ActionItem {
  const { body: _, kind: __, ...kept } = report([]) as Extract<OutboxItem, { kind: 'report' }>
  return { ...kept, kind: 'action', caseId, title: name, body: { action: name, version: 1, words: '', photos: [] } as never }
}

const json = (status: number, body: unknown, type = 'application/json'): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': type } })
const problem = (status: number): Response =>
  json(status, { code: 'x', title: 't', status, detail: '案件现在是「已结案」' }, 'application/problem+json')
const receipt = (id: string, missing: string[] = []): Response => json(201, { id, missing, received_at: 'now', case: CASE })

type Server = (path: string, init: RequestInit) => Response | Promise<Response>
function serverIs(server: Server) {
  const calls = vi.fn(async (path: string, init: RequestInit) => server(path, init))
  vi.stubGlobal('fetch', calls)
  return calls
}

const signedIn = (user: string): void => localStorage.setItem('suozi.me', JSON.stringify({ id: user }))

beforeEach(async () => {
  signedIn(USER)
  for (const item of await itemsOf(USER)) await drop(item.id)
})

describe('what is kept', () => {
  const offline: Server = () => Promise.reject(new TypeError('Failed to fetch'))
  const portal: Server = () => new Response('<html>请登录</html>', { status: 200, headers: { 'content-type': 'text/html' } })
  const proxy: Server = () => new Response('Bad gateway', { status: 502 })
  it.each([
    ['no signal', offline, 'network'],
    ['a captive portal', portal, 'foreign'],
    ['a proxy error', proxy, 'server'],
    ['401', () => problem(401), 'signed_out'],
    ['409', () => problem(409), 'refused'],
    ['413', () => problem(413), 'refused'],
    ['422', () => problem(422), 'refused'],
    ['429', () => problem(429), 'server'],
    ['500', () => problem(500), 'server'],
    ['507', () => problem(507), 'server'],
    ['another id', () => receipt('not-this-one'), 'foreign'],
  ] as [string, Server, string][])('after %s, with the reason', async (_name, server, waiting) => {
    serverIs(server)
    await keep(report(), [PHOTO])
    await flush(USER)
    const [item] = await itemsOf(USER)
    expect(item?.waiting).toBe(waiting)
    expect(await photosOf(item!)).toHaveLength(1)
  })

  it('the words of the server, for the person to read', async () => {
    serverIs(() => problem(409))
    await keep(report(), [PHOTO])
    await flush(USER)
    expect((await itemsOf(USER))[0]?.problem?.detail).toBe('案件现在是「已结案」')
  })

  it('a refused item is not sent again by itself', async () => {
    const calls = serverIs(() => problem(422))
    await keep(report(), [PHOTO])
    await flush(USER)
    await flush(USER)
    expect(calls).toHaveBeenCalledTimes(1)
  })

  it('a photo that the server says it still misses right after taking it', async () => {
    serverIs((path) => receipt(path.split('/')[3]!, [PHOTO.sha256]))
    await keep(report(), [PHOTO])
    await flush(USER)
    expect(await itemsOf(USER)).toHaveLength(1)
  })

  it('what another tab’s sign-in would make somebody else’s, also half-way through', async () => {
    const calls = serverIs((path) => {
      signedIn('somebody-else')
      return receipt(path.split('/')[3]!, [PHOTO.sha256])
    })
    await keep({ ...report(), tries: 1 }, [PHOTO])
    await flush(USER)
    await flush(USER)
    expect(calls).toHaveBeenCalledTimes(1)
    expect(await itemsOf(USER)).toHaveLength(1)
  })

  it('further items, while the server says that it is busy', async () => {
    const calls = serverIs(() => problem(429))
    await keep(report(), [PHOTO])
    await keep(report(), [PHOTO])
    await flush(USER)
    expect(calls).toHaveBeenCalledTimes(1)
  })

  it('another person’s items are not sent', async () => {
    const calls = serverIs((path) => receipt(path.split('/')[3]!))
    await keep({ ...report(), user: 'somebody-else' }, [PHOTO])
    await flush(USER)
    expect(calls).not.toHaveBeenCalled()
    for (const item of await itemsOf('somebody-else')) await drop(item.id)
  })
})

describe('what leaves', () => {
  it('goes with its photos once the server has everything', async () => {
    serverIs((path) => receipt(path.split('/')[3]!))
    const arrived = vi.fn()
    const stop = whenDelivered(arrived)
    const item = report()
    await keep(item, [PHOTO])
    await flush(USER)
    stop()
    expect(await itemsOf(USER)).toEqual([])
    expect(await photosOf(item)).toEqual([])
    expect(arrived).toHaveBeenCalledWith(item.id, CASE)
  })

  it('photos that are awaited follow one by one', async () => {
    const sent: string[] = []
    serverIs((path) => {
      sent.push(path.split('/').slice(4).join('/'))
      const left = [PHOTO.sha256, OTHER_PHOTO.sha256].slice(sent.length - 1)
      return receipt(path.split('/')[3]!, left)
    })
    await keep({ ...report([PHOTO, OTHER_PHOTO]), tries: 1 }, [PHOTO, OTHER_PHOTO])
    await flush(USER)
    expect(sent).toEqual(['', `photos/${PHOTO.sha256}`, `photos/${OTHER_PHOTO.sha256}`])
    expect(await itemsOf(USER)).toEqual([])
  })

  it('after a failed try the content goes first, without photos', async () => {
    const photosInTry: number[] = []
    serverIs((path, init) => {
      photosInTry.push((init.body as FormData).getAll('photo').length)
      return photosInTry.length === 1 ? Promise.reject(new TypeError('lost')) : receipt(path.split('/')[3]!)
    })
    await keep(report(), [PHOTO])
    await flush(USER)
    await flush(USER)
    expect(photosInTry).toEqual([1, 0])
  })

  it('is told before it leaves, so that no screen offers the step again', async () => {
    serverIs((path) => receipt(path.split('/')[3]!))
    await keep(report(), [PHOTO])
    let left: Promise<OutboxItem[]> | undefined
    const stop = whenDelivered(() => (left = itemsOf(USER)))
    await flush(USER)
    stop()
    expect(await left).toHaveLength(1)
  })

  it('takes the place of its draft and of the refused report that it mends', async () => {
    const refused = report()
    await keep(refused, [PHOTO])
    await keepDraft(USER, { words: '改过的' })
    const mended = report()
    await keep(mended, [PHOTO], refused.id)
    expect((await itemsOf(USER)).map((item) => item.id)).toEqual([mended.id])
    expect(await photosOf(refused)).toEqual([])
    expect(await keptDraft(USER)).toBeUndefined()
  })

  it('many photos follow the content, also in the first try', async () => {
    const photosInTry: number[] = []
    serverIs((path, init) => {
      photosInTry.push((init.body as FormData).getAll('photo').length)
      return receipt(path.split('/')[3]!)
    })
    const big = { ...PHOTO, bytes: new ArrayBuffer(2_000_001) }
    await keep(report([big]), [big])
    await flush(USER)
    expect(photosInTry).toEqual([0])
  })

  it('is sent once when two flushes run at once', async () => {
    const calls = serverIs((path) => receipt(path.split('/')[3]!))
    await keep(report(), [PHOTO])
    await Promise.all([flush(USER), flush(USER)])
    expect(calls).toHaveBeenCalledTimes(1)
  })

  it('is sent although it was kept after the running flush had its last look', async () => {
    const calls = serverIs((path) => receipt(path.split('/')[3]!))
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    const request = async (_n: string, _o: unknown, run: (lock: object) => Promise<void>): Promise<void> => {
      await run({})
      await released
    }
    vi.stubGlobal('navigator', { ...navigator, locks: { request } })
    const before = flush(USER)
    await new Promise((next) => setTimeout(next, 20))
    await keep(report(), [PHOTO])
    const after = flush(USER)
    release()
    await Promise.all([before, after])
    vi.unstubAllGlobals()
    expect(calls).toHaveBeenCalledTimes(1)
  })

  it('is left alone while another tab is sending', async () => {
    const calls = serverIs((path) => receipt(path.split('/')[3]!))
    vi.stubGlobal('navigator', { ...navigator, locks: { request: (_n: string, _o: unknown, run: (lock: null) => unknown) => run(null) } })
    await keep(report(), [PHOTO])
    await flush(USER)
    vi.unstubAllGlobals()
    expect(calls).not.toHaveBeenCalled()
  })

  it('the second action on a case builds on the version that the first one made', async () => {
    const versions: number[] = []
    serverIs(async (path, init) => {
      const body = JSON.parse(await ((init.body as FormData).get('action') as Blob).text()) as { version: number }
      versions.push(body.version)
      return receipt(path.split('/').at(-1)!)
    })
    await keep(action('case-1', 'arrive'), [])
    await new Promise((next) => setTimeout(next, 2))
    await keep(action('case-1', 'feedback'), [])
    await flush(USER)
    expect(versions).toEqual([1, CASE.version])
  })

  it('a refused action does not hold up other cases', async () => {
    serverIs((path) => (path.includes('case-1') ? problem(409) : receipt(path.split('/').at(-1)!)))
    await keep(action('case-1', 'acknowledge'), [])
    await keep(action('case-2', 'acknowledge'), [])
    await flush(USER)
    expect((await itemsOf(USER)).map((item) => item.kind === 'action' && item.caseId)).toEqual(['case-1'])
  })
})

describe('the steps of one case', () => {
  const steps = ['acknowledge', 'arrive', 'feedback']
  /** The server of these tests: knows what it took, refuses what `refuses` names. */
  function caseServer(refuses: (name: string) => Response | null = () => null) {
    const taken: string[] = []
    serverIs(async (path, init) => {
      const body = JSON.parse(await ((init.body as FormData).get('action') as Blob).text()) as { action: string }
      const refusal = refuses(body.action)
      if (refusal) return refusal
      taken.push(body.action)
      return receipt(path.split('/').at(-1)!)
    })
    return taken
  }
  async function keepAll(): Promise<void> {
    for (const name of steps) {
      await keep(action('case-1', name), [])
      await new Promise((next) => setTimeout(next, 2))
    }
  }

  it('all arrive in the order in which they were taken without a signal', async () => {
    serverIs(() => Promise.reject(new TypeError('Failed to fetch')))
    await keepAll()
    await flush(USER)
    expect(await itemsOf(USER)).toHaveLength(3)
    const taken = caseServer()
    await flush(USER)
    expect(taken).toEqual(steps)
    expect(await itemsOf(USER)).toEqual([])
  })

  it('wait behind a refused one, also in later runs, with everything they have', async () => {
    const taken = caseServer((name) => (name === 'acknowledge' ? problem(409) : null))
    await keepAll()
    await flush(USER)
    await flush(USER)
    expect(taken).toEqual([])
    expect((await itemsOf(USER)).map((item) => item.waiting)).toEqual(['refused', 'new', 'new'])
  })

  it('go on once it is thrown away', async () => {
    caseServer((name) => (name === 'acknowledge' ? problem(409) : null))
    await keepAll()
    await flush(USER)
    const taken = caseServer()
    await drop((await itemsOf(USER))[0]!.id)
    await flush(USER)
    expect(taken).toEqual(['arrive', 'feedback'])
  })

  it('what a refused one is changed into takes its place in the line', async () => {
    caseServer((name) => (name === 'acknowledge' ? problem(403) : null))
    await keepAll()
    await flush(USER)
    const refused = (await itemsOf(USER))[0] as ActionItem
    await keep({ ...action('case-1', 'claim'), inPlaceOf: lineOf(refused) }, [], refused.id)
    const taken = caseServer()
    await flush(USER)
    expect(taken).toEqual(['claim', 'arrive', 'feedback'])
  })

  it('a lost answer does not let a later step overtake', async () => {
    let lost = true
    const taken = caseServer(() => (lost ? problem(500) : null))
    await keepAll()
    await flush(USER)
    lost = false
    await flush(USER)
    expect(taken).toEqual(steps)
  })

  it('a refused one is sent again when a person says so', async () => {
    caseServer(() => problem(409))
    await keep(action('case-1', 'arrive'), [])
    await flush(USER)
    await amend((await itemsOf(USER))[0]!.id, { waiting: 'new', problem: null })
    const taken = caseServer()
    await flush(USER)
    expect(taken).toEqual(['arrive'])
  })
})

it('a 401 asks the person to sign in', async () => {
  serverIs(() => problem(401))
  const asked = vi.fn()
  const stop = whenSignedOut(asked)
  await keep(report(), [PHOTO])
  await flush(USER)
  stop()
  expect(asked).toHaveBeenCalledOnce()
})
