import { nextTick } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { editsOf, keptEdits, useLocalDraft } from './local_draft'
import type { RuleSet } from './rules'

const draft = (id: string, version: number, title: string): RuleSet => ({ id, version, base: 1, title, rules: [] }) as unknown as RuleSet

beforeEach(() => localStorage.clear())

describe('what was saved meets what was typed', () => {
  it('shows what was saved when nothing was typed since', async () => {
    const local = useLocalDraft()
    local.open('one', draft('one', 1, 'first'))
    local.change({ title: 'second' })
    await nextTick()
    local.settle(draft('one', 2, 'second'), local.edits.value!)
    expect([local.isChanged.value, local.edits.value]).toEqual([false, editsOf(draft('one', 2, 'second'))])
    expect(keptEdits('one')).toBeNull()
  })

  it('keeps what was typed while it was being saved, over the version that was saved', async () => {
    const local = useLocalDraft()
    local.open('one', draft('one', 1, 'first'))
    local.change({ title: 'second' })
    await nextTick()
    const sent = local.edits.value!
    local.change({ title: 'third' })
    await nextTick()
    local.settle(draft('one', 2, 'second'), sent)
    expect(local.isChanged.value).toBe(true)
    expect(local.edits.value).toMatchObject({ title: 'third', version: 2 })
    expect(keptEdits('one')).toMatchObject({ title: 'third', version: 2 })
  })

  it('leaves another draft alone that was opened meanwhile', async () => {
    const local = useLocalDraft()
    local.open('one', draft('one', 1, 'first'))
    local.change({ title: 'second' })
    await nextTick()
    const sent = local.edits.value!
    local.open('other', draft('other', 7, 'theirs'))
    local.settle(draft('one', 2, 'second'), sent)
    expect(local.edits.value).toMatchObject({ title: 'theirs', version: 7 })
    expect(keptEdits('one')).toBeNull()
  })
})
