import { expect, it } from 'vitest'
import { address, go, linkTo, parseAddress } from './address'

it('is parts and a query', () => {
  expect(parseAddress('#/net/320281104206001?on=2026-11-20')).toEqual({ parts: ['net', '320281104206001'], query: { on: '2026-11-20' } })
  expect(parseAddress('')).toEqual({ parts: [], query: {} })
  expect(parseAddress('#/staff/%E5%BC%A0')).toEqual({ parts: ['staff', '张'], query: {} })
  expect(parseAddress('#/staff/%E5%')).toEqual({ parts: ['staff', '%E5%'], query: {} })
})

it('comes back from the link that is made of it', () => {
  const link = linkTo(['staff', '张 三/四'], { q: 'a&b=c', cursor: null, unit: '' })
  expect(parseAddress(link)).toEqual({ parts: ['staff', '张 三/四'], query: { q: 'a&b=c' } })
})

it('is where one goes', () => {
  const steps = history.length
  go(['net', '320281'], { on: '2026-11-20' })
  expect(location.hash).toBe('#/net/320281?on=2026-11-20')
  expect(address.value.parts).toEqual(['net', '320281'])
  go(['net'], {}, { replace: true })
  expect(address.value).toEqual({ parts: ['net'], query: {} })
  expect(history.length).toBeLessThanOrEqual(steps + 1)
})
