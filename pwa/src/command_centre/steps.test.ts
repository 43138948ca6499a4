import { describe, expect, it } from 'vitest'
import { layOut, sectionOf, type AllowedAction } from './steps'

const step = (action: AllowedAction['action']): AllowedAction => ({ action, label: action, words: 'none', photos_min: 0, photos_max: 0, squad: 'none', asks: [], reasons: [] })
const names = (steps: AllowedAction[]) => steps.map(({ action }) => action)

describe('the steps of a case', () => {
  it('are all reachable, each exactly once', () => {
    const all = (['whistle', 'file', 'send_verification', 'decline', 'remind', 'merge', 'ask_void', 'force_close', 'supervise', 'recategorise'] as const).map(step)
    const { main, buttons, menu } = layOut(all)
    const shown = [...(main ? [main] : []), ...buttons, ...menu.flatMap(({ steps }) => steps)]
    expect(names(shown).sort()).toEqual(names(all).sort())
  })

  it('lead with filing where a case waits to be filed', () => {
    const { main, buttons } = layOut((['file', 'send_verification', 'decline', 'remind'] as const).map(step))
    expect(main?.action).toBe('file')
    expect(names(buttons)).toEqual(['send_verification', 'decline'])
  })

  it('press no decision on an operator while others are at work', () => {
    const { main, buttons } = layOut((['reassign', 'remind', 'supervise', 'force_close'] as const).map(step))
    expect(main).toBeNull()
    expect(names(buttons)).toEqual(['remind', 'supervise', 'reassign'])
  })

  it('offer the work itself first to a squad leader', () => {
    const { main } = layOut((['acknowledge', 'send_back'] as const).map(step))
    expect(main?.action).toBe('acknowledge')
  })

  it('stand in the menu by what they are about', () => {
    const { menu } = layOut((['remind', 'supervise', 'reassign', 'whistle', 'add_co_handler', 'merge', 'ask_void', 'grant_extension'] as const).map(step))
    expect(menu.map(({ section, steps }) => [section, names(steps)])).toEqual([
      ['time', ['grant_extension']],
      ['hands', ['whistle', 'add_co_handler']],
      ['mending', ['merge']],
      ['ending', ['ask_void']],
    ])
  })

  it('include one that this page does not know', () => {
    expect(sectionOf('step_of_tomorrow' as never)).toBe('handling')
  })
})
