/* Originals wait for Wi-Fi and for their photo, and leave only when the server has said that it has this very file. */
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { askAgain, claimOriginals, fileOf, keepOriginal, originals, readOriginals, sendOriginals } from './originals'

const PATH = '/api/reports/r1'
const [PHOTO, FILE] = ['a'.repeat(64), 'b'.repeat(64)]
let user = ''
let n = 0

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' } })
const receipt = (): Response => json(200, { id: 'r1', sha256: PHOTO, original: FILE })

async function kept(shotAt = new Date().toISOString()): Promise<void> {
  await keepOriginal({ user, photo: PHOTO, sha256: FILE, type: 'image/jpeg', shotAt }, new ArrayBuffer(5_000_000))
}

async function waiting(): Promise<number> {
  await readOriginals(user)
  return originals.value.filter((one) => !one.refused).length
}

beforeEach(() => {
  user = `worker-${n++}`
  localStorage.setItem('suozi.me', JSON.stringify({ id: user }))
})

describe('originals', () => {
  it('wait until their photo has arrived', async () => {
    const fetch = vi.fn(receipt)
    vi.stubGlobal('fetch', fetch)
    await kept()
    await sendOriginals(user)
    expect(fetch).not.toHaveBeenCalled()
    await claimOriginals(user, PATH, 'r1', [PHOTO])
    expect(await waiting()).toBe(1)
    const [original] = originals.value
    expect(original?.size).toBe(5_000_000)
    await sendOriginals(user)
    expect(fetch).toHaveBeenCalledWith(`${PATH}/photos/${PHOTO}/original`, expect.objectContaining({ method: 'PUT' }))
    expect(await waiting()).toBe(0)
    expect(await fileOf(original!)).toBeUndefined()
  })

  it.each([
    ['a page of a hotspot', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['a receipt for another file', () => json(200, { id: 'r1', sha256: PHOTO, original: PHOTO })],
    ['a server in trouble', () => json(503, { code: 'unavailable', status: 503, title: '', detail: '' })],
  ])('stay after %s', async (_, answer) => {
    vi.stubGlobal('fetch', vi.fn(answer))
    await kept()
    await claimOriginals(user, PATH, 'r1', [PHOTO])
    await sendOriginals(user)
    expect(await waiting()).toBe(1)
  })

  it('are not sent again once they were refused, unless a person says so, and stay until then', async () => {
    const fetch = vi.fn(() => json(409, { code: 'undeclared_original', status: 409, title: '', detail: '' }))
    vi.stubGlobal('fetch', fetch)
    await kept()
    await claimOriginals(user, PATH, 'r1', [PHOTO])
    await sendOriginals(user)
    await sendOriginals(user)
    expect(fetch).toHaveBeenCalledTimes(1)
    const [refused] = originals.value
    expect(refused?.refused?.code).toBe('undeclared_original')
    expect((await fileOf(refused!))?.byteLength).toBe(5_000_000)
    await askAgain(refused!)
    await sendOriginals(user)
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('are not sent by somebody else', async () => {
    const fetch = vi.fn(receipt)
    vi.stubGlobal('fetch', fetch)
    await kept()
    await claimOriginals(user, PATH, 'r1', [PHOTO])
    localStorage.setItem('suozi.me', JSON.stringify({ id: 'somebody else' }))
    await sendOriginals(user)
    expect(fetch).not.toHaveBeenCalled()
  })

  it('of photos that were never sent are forgotten after two weeks', async () => {
    vi.stubGlobal('fetch', vi.fn(receipt))
    await kept(new Date(Date.now() - 15 * 86_400_000).toISOString())
    await sendOriginals(user)
    await claimOriginals(user, PATH, 'r1', [PHOTO])
    expect(await waiting()).toBe(0)
  })
})
