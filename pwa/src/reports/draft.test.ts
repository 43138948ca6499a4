/* A draft is on the phone exactly until the outbox has it. */
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it, vi } from 'vitest'

localStorage.setItem('suozi.me', JSON.stringify({ id: 'worker' }))
const { changeDraft, draft, handOver, newDraft } = await import('./draft')
const { keptDraft, dropDraft } = await import('@/offline/drafts')

const later = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
const kept = () => keptDraft<{ words: string }>('worker')

beforeEach(async () => {
  vi.unstubAllGlobals()
  await dropDraft('worker')
  changeDraft({ ...newDraft(), words: '桶边成堆' })
})

describe('a draft that is handed over', () => {
  it('does not come back, however long the phone takes to store it', async () => {
    await handOver(async () => {
      changeDraft({ words: '桶边成堆，有味' })
      await later(600)
    })
    await later(600)
    expect(draft.value).toBeNull()
    expect(await kept()).toBeUndefined()
  })

  it('stays where the outbox would not have it, and is saved again', async () => {
    await expect(handOver(() => Promise.reject(new Error('full')))).rejects.toThrow('full')
    expect(draft.value?.words).toBe('桶边成堆')
    await vi.waitFor(async () => expect((await kept())?.words).toBe('桶边成堆'), { timeout: 5_000 })
  })
})
