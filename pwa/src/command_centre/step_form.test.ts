import { describe, expect, it } from 'vitest'
import { NOON } from './example_cases'
import { momentAt, namedMoments, parseDay, wallOf } from './moments'
import { bodyOf, emptyForm, lacks } from './step_form'
import type { AllowedAction } from './steps'

const whistle: AllowedAction = { action: 'whistle', label: '吹哨', words: 'required', photos_min: 0, photos_max: 0, squad: 'none', asks: ['moment', 'squads'], reasons: [] }

describe('the form of a step', () => {
  it('says what is still missing', () => {
    expect(lacks(whistle, emptyForm(), 0)).toEqual(['moment', 'squads', 'words'])
    expect(lacks(whistle, { ...emptyForm(), squads: ['a'], moment: NOON.toISOString(), words: '  ' }, 0)).toEqual(['words'])
    expect(lacks({ ...whistle, photos_min: 2 }, { ...emptyForm(), squads: ['a'], moment: 'x', words: 'y' }, 1)).toEqual(['photos'])
  })

  it('sends nothing that the step does not ask for', () => {
    const form = { ...emptyForm(), squad: 'a', matter: 'E0101', squads: ['b'], moment: NOON.toISOString(), words: ' come ' }
    expect(bodyOf(whistle, 3, form, NOON)).toMatchObject({ version: 3, words: 'come', squad: null, matter: null, squads: ['b'], until: NOON.toISOString() })
  })
})

describe('the moments offered', () => {
  it("are on the town's clock", () => {
    expect(momentAt('2026-11-23', '17:30').toISOString()).toBe('2026-11-23T09:30:00.000Z')
    expect(wallOf(new Date('2026-11-23T23:05:00Z'))).toEqual({ day: '2026-11-24', time: '07:05' })
  })

  it('never lie in the past', () => {
    const evening = momentAt('2026-11-23', '17:20')
    expect(namedMoments(evening, true).map(({ name }) => name)).toEqual(['half_hour', 'hour', 'tomorrow_0930'])
    expect(namedMoments(NOON, false).map(({ name }) => name)).toContain('today_1730')
  })

  it('are typed as people write days', () => {
    expect(parseDay('2026-12-1')).toBe('2026-12-01')
    expect(parseDay('2026年12月1日')).toBe('2026-12-01')
    expect(parseDay('2026-02-30')).toBeNull()
    expect(parseDay('12-01')).toBeNull()
  })
})
