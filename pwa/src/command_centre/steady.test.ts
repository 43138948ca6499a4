import { describe, expect, it } from 'vitest'
import { heldFurther, steadyOrder } from './steady'

describe('a list that somebody points at', () => {
  it('keeps its rows where they are and counts what waits', () => {
    expect(steadyOrder(['a', 'b', 'c'], ['new', 'b', 'a', 'd'])).toEqual({ ids: ['a', 'b', 'c'], waiting: 3 })
  })

  it('does not call another order of the same rows a change', () => {
    expect(steadyOrder(['a', 'b'], ['b', 'a'])).toEqual({ ids: ['a', 'b'], waiting: 0 })
  })

  it('is as wanted when nobody holds it', () => {
    expect(steadyOrder(null, ['b', 'a'])).toEqual({ ids: ['b', 'a'], waiting: 0 })
  })

  it('grows at its end only', () => {
    expect(heldFurther(['a', 'b'], ['new', 'a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c', 'd'])
    expect(heldFurther(['a', 'gone'], ['a', 'c'])).toEqual(['a', 'gone', 'c'])
  })
})
