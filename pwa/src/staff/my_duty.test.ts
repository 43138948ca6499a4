/* One tap says how I stand: late answers, lost answers, and a change of mind while the first answer is still on its way. */
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { useMyDuty } from './my_duty'

const STATUSES = [
  { code: 'standby', name: '待命', base: 'available' },
  { code: 'off', name: '下班', base: 'off_duty' },
]
const dutyWith = (code: string | null) => ({
  squad: { code: 'one', my_duty: code !== 'off', status: STATUSES.find((status) => status.code === code) ?? null },
  statuses: STATUSES,
  turns: [],
  leaves: [],
  swaps: [],
  to_decide_leaves: [],
  to_decide_swaps: [],
})
const json = (body: unknown): Response => new Response(JSON.stringify(body), { status: 200, headers: { 'content-type': 'application/json' } })

let puts: { status: string; answer: (response: Response) => void; fail: () => void }[]
let scope: EffectScope
let held: string | null

beforeEach(() => {
  puts = []
  held = null
  scope = effectScope()
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.method !== 'PUT') return request.url.endsWith('/api/duty/mine') ? json(dutyWith(held)) : new Response(null, { status: 503 })
    const { status } = (await request.json()) as { status: string }
    return new Promise<Response>((resolve, reject) => puts.push({ status, answer: resolve, fail: () => reject(new TypeError('Failed to fetch')) }))
  })
})

afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})

async function opened() {
  const mine = scope.run(useMyDuty)!
  await vi.waitFor(() => expect(mine.duty.value).not.toBeNull())
  return mine
}

it('says that it is being sent until the answer comes, however late', async () => {
  const mine = await opened()
  void mine.say('off')
  await vi.waitFor(() => expect(puts).toHaveLength(1))
  expect(mine.saying.value).toEqual({ kind: 'sending', code: 'off' })
  expect(mine.duty.value?.squad?.status).toBeNull()
  puts[0]!.answer(json(dutyWith('off')))
  await vi.waitFor(() => expect(mine.saying.value.kind).toBe('idle'))
  expect(mine.duty.value?.squad?.status?.code).toBe('off')
})

it('says that it was not sent, and is not believed to be', async () => {
  const mine = await opened()
  void mine.say('off')
  await vi.waitFor(() => expect(puts).toHaveLength(1))
  puts[0]!.fail()
  await vi.waitFor(() => expect(mine.saying.value).toMatchObject({ kind: 'failed', code: 'off', failure: { kind: 'network' } }))
  expect(mine.duty.value?.squad?.status).toBeNull()
})

it('stops calling it unsent when the server turns out to have it', async () => {
  const mine = await opened()
  void mine.say('off')
  await vi.waitFor(() => expect(puts).toHaveLength(1))
  puts[0]!.fail()
  await vi.waitFor(() => expect(mine.saying.value.kind).toBe('failed'))
  held = 'off'
  await mine.reload()
  await vi.waitFor(() => expect(mine.saying.value.kind).toBe('idle'))
})

it('goes by what was said last, also when the answer to the first comes after it', async () => {
  const mine = await opened()
  void mine.say('off')
  void mine.say('standby')
  await vi.waitFor(() => expect(puts).toHaveLength(2))
  puts[1]!.answer(json(dutyWith('standby')))
  await vi.waitFor(() => expect(mine.saying.value.kind).toBe('idle'))
  puts[0]!.answer(json(dutyWith('off')))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(mine.duty.value?.squad?.status?.code).toBe('standby')
})
