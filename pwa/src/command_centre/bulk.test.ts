import { expect, it } from 'vitest'
import { plan, wantsWords } from './bulk'
import { exampleCase } from './example_cases'
import type { AllowedAction } from './steps'

const step = (action: AllowedAction['action'], words: AllowedAction['words'] = 'optional'): AllowedAction => ({ action, label: action, words, photos_min: 0, photos_max: 0, squad: 'none', asks: [], reasons: [] })
const waiting = exampleCase('waiting', { status: 'pending_dispatch', squad: null, allowed_actions: [step('dispatch'), step('remind')] })
const held = exampleCase('held', { allowed_actions: [step('reassign', 'required'), step('remind')] })
const closed = exampleCase('closed', { status: 'closed', allowed_actions: [] })

it('dispatches what waits, reassigns what others hold, and skips what allows neither', () => {
  expect(plan('give', [waiting, held, closed], 'squad-2').map(({ step: taken }) => taken?.action)).toEqual(['dispatch', 'reassign', undefined])
})

it('leaves a case with the squad that holds it', () => {
  expect(plan('give', [held], 'xxk-squad-1')[0]?.step).toBeNull()
})

it('wants words as soon as one of the steps does', () => {
  expect(wantsWords(plan('give', [waiting, held]))).toBe(true)
  expect(wantsWords(plan('remind', [waiting, held]))).toBe(false)
})
