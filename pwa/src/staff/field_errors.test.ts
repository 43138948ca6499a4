import { expect, it } from 'vitest'
import type { Failure } from '@/api/client'
import { fieldErrorsOf, otherErrors } from './field_errors'

const failure = {
  kind: 'problem',
  problem: {
    errors: [
      { field: 'phone', message: '号码已被使用。', code: 'phone_taken' },
      { field: 'posts.1.grid_code', message: '没有这个网格。', code: 'no_such_grid' },
      { field: 'posts.1.grid_code', message: '请重新选择。', code: 'choose_again' },
    ],
  },
} as Failure

it('puts what is wrong beside its field', () => {
  expect(fieldErrorsOf(failure)).toEqual({ phone: '号码已被使用。', 'posts.1.grid_code': '没有这个网格。 请重新选择。' })
  expect(fieldErrorsOf({ kind: 'network' })).toEqual({})
})

it('keeps the sentences of fields that a form does not show', () => {
  expect(otherErrors(fieldErrorsOf(failure), ['phone'])).toEqual(['没有这个网格。 请重新选择。'])
})
