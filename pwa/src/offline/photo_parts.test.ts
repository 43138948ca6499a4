/* A photo over a link that is cut: nothing that has arrived is sent again, and only the whole counts. */
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { CaseDetail } from '@/api/client'
import { uuid7 } from '@/lib/uuid7'
import { drop, HOLD_MS, itemsOf, keep, release, type OutboxItem, type Photo } from './outbox'
import { PART_BYTES } from './photo_parts'
import { flush } from './sync'

const USER = 'worker-019'
const CASE = { id: 'case-1', version: 3 } as CaseDetail
const SIZE = 2 * PART_BYTES + 1000
const BIG: Photo = { sha256: 'c'.repeat(64), type: 'image/jpeg', bytes: new ArrayBuffer(SIZE) }
const SMALL: Photo = { sha256: 'a'.repeat(64), type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]).buffer }

function report(photos: Photo[], more: Partial<OutboxItem> = {}): OutboxItem {
  const body = { matter: 'C0301', place: { lng: 120.3, lat: 31.8 }, words: '', occurred_at: '2026-11-20T06:02:00Z' } as never
  const sha256s = photos.map((photo) => photo.sha256)
  const item = { id: uuid7(), user: USER, kind: 'report', title: '暴露垃圾', sha256s, savedAt: '2026-11-20T06:02:00Z', tries: 1, waiting: 'new', problem: null, body }
  return { ...item, ...more } as OutboxItem
}

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' } })

/** A server that keeps parts as ours does; `meddle` may answer in its place. */
class PartServer {
  received = 0
  calls: string[] = []
  bytesSent = 0
  has = new Set<string>()
  declared: string[] = []
  meddle: (method: string, path: string) => Response | Error | null = () => null

  readonly fetch = async (path: string, init: RequestInit): Promise<Response> => {
    const method = init.method ?? 'GET'
    const [, , , id, , sha256 = '', , start] = path.split('?')[0]!.split('/')
    this.calls.push(`${method} ${path.split('/').slice(4).join('/').replace(BIG.sha256, 'big').replace(SMALL.sha256, 'small')}`)
    const part = init.body instanceof ArrayBuffer ? init.body : null
    this.bytesSent += part?.byteLength ?? 0
    const answer = this.meddle(method, path)
    if (answer instanceof Error) throw answer
    if (answer) return answer
    if (!path.includes('/parts')) {
      if (sha256) this.has.add(sha256)
      return json(201, this.receipt(id!))
    }
    if (method === 'PUT' && Number(start) !== this.received) return json(409, { code: 'wrong_photo_part', status: 409, title: '', detail: '', received_bytes: this.received })
    if (method === 'PUT') this.received += part!.byteLength
    if (this.received === SIZE) this.has.add(sha256)
    return json(200, { received_bytes: this.received, receipt: this.has.has(sha256) ? this.receipt(id!) : null })
  }

  receipt(id: string) {
    return { id, missing: this.declared.filter((sha256) => !this.has.has(sha256)), received_at: 'now', case: CASE }
  }
}

let server: PartServer
beforeEach(async () => {
  vi.unstubAllGlobals()
  localStorage.setItem('suozi.me', JSON.stringify({ id: USER }))
  for (const item of await itemsOf(USER)) await drop(item.id)
  server = new PartServer()
  vi.stubGlobal('fetch', vi.fn(server.fetch))
})

const poor = (): void => void vi.stubGlobal('navigator', { ...navigator, connection: { effectiveType: '2g' } })

describe('a photo larger than one part', () => {
  beforeEach(() => void (server.declared = [BIG.sha256]))

  it('goes in parts, and the item leaves with the last', async () => {
    await keep(report([BIG]), [BIG])
    await flush(USER)
    const parts = [0, PART_BYTES, 2 * PART_BYTES].map((start) => `PUT photos/big/parts/${start}?size=${SIZE}`)
    expect(server.calls).toEqual(['PUT ', 'GET photos/big/parts', ...parts])
    expect(await itemsOf(USER)).toEqual([])
  })

  it('goes on after a cut where the server says, and sends no byte twice that had arrived', async () => {
    await keep(report([BIG]), [BIG])
    server.meddle = (_method, path) => (path.includes(`/parts/${PART_BYTES}`) ? new TypeError('cut') : null)
    await flush(USER)
    const [left] = await itemsOf(USER)
    expect([left?.waiting, left?.reached?.missing]).toEqual(['network', [BIG.sha256]])
    server.meddle = () => null
    await flush(USER)
    expect(await itemsOf(USER)).toEqual([])
    expect(server.bytesSent).toBe(SIZE + PART_BYTES)
  })

  it('goes on where another tab got to', async () => {
    await keep(report([BIG]), [BIG])
    let first = true
    server.meddle = (method, path) => {
      if (method !== 'PUT' || !path.includes('/parts/') || !first) return null
      first = false
      server.received = PART_BYTES
      return null
    }
    await flush(USER)
    expect(await itemsOf(USER)).toEqual([])
    expect(server.calls.filter((call) => call.includes('/parts/')).map((call) => /parts\/(\d+)/.exec(call)?.[1])).toEqual(['0', String(PART_BYTES), String(2 * PART_BYTES)])
  })

  it('is not sent for ever to a server that never gets on with it', async () => {
    await keep(report([BIG]), [BIG])
    server.meddle = (_method, path) => (path.includes('/parts/') ? json(200, { received_bytes: 0, receipt: null }) : null)
    await flush(USER)
    expect((await itemsOf(USER))[0]?.waiting).toBe('server')
    expect(server.calls.length).toBeLessThan(8)
  })

  it.each([
    ['a page of a captive portal', () => new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } }), 'foreign'],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: '/login' } }), 'foreign'],
    ['a receipt of something else', () => json(200, { received_bytes: SIZE, receipt: { id: 'other', missing: [], case: CASE } }), 'foreign'],
    ['a full disk', () => json(507, { code: 'storage_full', status: 507, title: '', detail: '' }), 'server'],
    ['a refusal', () => json(422, { code: 'photo_damaged', status: 422, title: '', detail: '' }), 'refused'],
  ] as [string, () => Response, string][])('is kept after %s', async (_name, answer, waiting) => {
    await keep(report([BIG]), [BIG])
    server.meddle = (method, path) => (method === 'PUT' && path.includes('/parts/') ? answer() : null)
    await flush(USER)
    expect((await itemsOf(USER))[0]?.waiting).toBe(waiting)
  })
})

describe('on a poor link', () => {
  it('every report goes before any photo', async () => {
    poor()
    server.declared = [SMALL.sha256]
    await keep(report([SMALL], { tries: 0 }), [SMALL])
    await new Promise((next) => setTimeout(next, 2))
    await keep(report([SMALL], { tries: 0 }), [SMALL])
    await flush(USER)
    expect(server.calls.slice(0, 2)).toEqual(['PUT ', 'PUT '])
    expect(await itemsOf(USER)).toEqual([])
  })

  it('what is missing is known while the case is on its way', async () => {
    poor()
    server.declared = [SMALL.sha256, BIG.sha256]
    await keep(report([SMALL, BIG], { tries: 0 }), [SMALL, BIG])
    server.meddle = (_method, path) => (path.includes('/parts') ? new TypeError('cut') : null)
    await flush(USER)
    const [item] = await itemsOf(USER)
    expect([item?.reached?.case.id, item?.reached?.missing]).toEqual([CASE.id, [BIG.sha256]])
  })

  it('the content alone has at most 4 kB', async () => {
    poor()
    const sizes: number[] = []
    server.meddle = () => null
    vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
      if (init.body instanceof FormData) sizes.push(((init.body.get('report') as Blob | null)?.size ?? 0) + init.body.getAll('photo').length * 1e6)
      return server.fetch(path, init)
    })
    const photos = Array.from({ length: 9 }, (_, i) => ({ sha256: String(i).repeat(64), taken_at: '2026-11-20T06:02:00.000Z' }))
    const body = { ...report([]).body, photos, words: '垃圾'.repeat(250) }
    await keep(report([], { tries: 0, body: body as never }), [])
    await flush(USER)
    expect(sizes[0]).toBeLessThan(4096)
  })
})

describe('what may still be taken back', () => {
  it('is stored, and stays until its time is over', async () => {
    await keep(report([SMALL], { heldUntil: Date.now() + HOLD_MS }), [SMALL])
    await flush(USER)
    expect(server.calls).toEqual([])
    expect(await itemsOf(USER)).toHaveLength(1)
    vi.useFakeTimers({ now: Date.now() + HOLD_MS + 1, toFake: ['Date'] })
    await flush(USER)
    vi.useRealTimers()
    expect(await itemsOf(USER)).toEqual([])
  })

  it('goes at once when it is released', async () => {
    await keep(report([SMALL], { heldUntil: Date.now() + HOLD_MS }), [SMALL])
    await release(USER)
    await flush(USER)
    expect(await itemsOf(USER)).toEqual([])
  })

  it('is not held by a clock that was set back', async () => {
    await keep(report([SMALL], { heldUntil: Date.now() + 365 * 86_400_000 }), [SMALL])
    await flush(USER)
    expect(await itemsOf(USER)).toEqual([])
  })
})
