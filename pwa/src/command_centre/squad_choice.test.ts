import { describe, expect, it } from 'vitest'
import { exampleCase } from './example_cases'
import { squadOptions, type Squad } from './squad_choice'

const squad = (code: string, over: Partial<Squad> = {}): Squad => ({
  code, name: code, unit_name: '执法局', kind: 'all_round', on_duty: true, open_cases: 0, jurisdiction: ['320281104206'],
  off_duty_at: null, why_off_duty: null, on_duty_count: 0, on_duty_members: [], ...over,
})
const row = exampleCase('x', { squad: null })
const order = (squads: Squad[], of = row) => squadOptions(squads, of).map((option) => option.code)

describe('the squads offered', () => {
  it('are on duty first, even if off-duty ones are nearer and freer', () => {
    expect(order([squad('off', { on_duty: false }), squad('far', { jurisdiction: ['320281104201'], open_cases: 9 })])).toEqual(['far', 'off'])
  })

  it('then have jurisdiction, then the fewest open cases', () => {
    const far = squad('far', { jurisdiction: ['320281104201'] })
    expect(order([far, squad('busy', { open_cases: 4 }), squad('free', { open_cases: 1 })])).toEqual(['free', 'busy', 'far'])
  })

  it('know jurisdiction over a whole town', () => {
    expect(squadOptions([squad('town', { jurisdiction: ['320281104'] })], row)[0]?.isLocal).toBe(true)
    expect(squadOptions([squad('other', { jurisdiction: ['320281105'] })], row)[0]?.isLocal).toBe(false)
  })

  it('have the present holder last', () => {
    const held = exampleCase('x', { squad: { code: 'a', name: 'a' } })
    expect(order([squad('a'), squad('b', { on_duty: false })], held)).toEqual(['b', 'a'])
  })
})
