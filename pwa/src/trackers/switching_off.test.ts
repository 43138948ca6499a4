import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest'
import { effectScope } from 'vue'
import { api } from '@/api/client'
import { closeUndo, undoable } from '@/ui/undo'
import type { Source } from './standing'
import { useSwitchingOff } from './switching_off'

const source = (id: string): Source => ({ id, name: id, disabled_at: null }) as Source
let off: MockInstance
const told = (): string[] => (off.mock.calls as unknown[][]).map((call) => (call[1] as { params: { path: { source_id: string } } }).params.path.source_id)

describe('switching a tracker off', () => {
  const scope = { current: effectScope() }
  const done = vi.fn()
  const start = () => scope.current.run(() => useSwitchingOff(done))!

  beforeEach(() => {
    vi.useFakeTimers()
    scope.current = effectScope()
    off = vi.spyOn(api, 'DELETE')
    done.mockReset()
    off.mockResolvedValue({ data: { id: 'gone' }, response: new Response() } as never)
  })
  afterEach(() => {
    scope.current.stop()
    closeUndo()
    vi.useRealTimers()
  })

  it('happens ten seconds after the tap, once', async () => {
    const { going, outcome, switchOff } = start()
    switchOff(source('a'))
    await vi.advanceTimersByTimeAsync(9_900)
    expect(told()).toEqual([])
    expect(going.value?.id).toBe('a')
    await vi.advanceTimersByTimeAsync(200)
    expect(told()).toEqual(['a'])
    expect(going.value).toBeNull()
    expect(done).toHaveBeenCalledOnce()
    expect(outcome.value?.isFailure).toBe(false)
    scope.current.stop()
    expect(told()).toEqual(['a'])
  })
  it('does not when it is taken back', async () => {
    const { going, switchOff } = start()
    switchOff(source('a'))
    undoable.value?.undo()
    await vi.advanceTimersByTimeAsync(20_000)
    scope.current.stop()
    expect(told()).toEqual([])
    expect(going.value).toBeNull()
  })
  it('happens at once when the screen is left, or another is switched off', async () => {
    const { going, switchOff } = start()
    switchOff(source('a'))
    switchOff(source('b'))
    await vi.advanceTimersByTimeAsync(0)
    expect(told()).toEqual(['a'])
    expect(going.value?.id).toBe('b')
    expect(undoable.value).not.toBeNull()
    scope.current.stop()
    expect(told()).toEqual(['a', 'b'])
    expect(undoable.value).toBeNull()
  })
  it('says so when the server did not do it', async () => {
    off.mockRejectedValue(new TypeError('no network'))
    const { outcome, switchOff } = start()
    switchOff(source('a'))
    await vi.advanceTimersByTimeAsync(10_100)
    expect(outcome.value?.isFailure).toBe(true)
    expect(done).not.toHaveBeenCalled()
  })
})
