import { expect, it } from 'vitest'
import type { Leave, MyDuty, Swap } from './duty'
import { splitRequests } from './my_requests'

const swap = (id: string, may: Swap['may']) => ({ id, may }) as Swap
const leave = (id: string, may: Leave['may']) => ({ id, may }) as Leave
const ids = (requests: { id: string }[]) => requests.map(({ id }) => id)

it('puts what I can say yes to first, and shows each request once', () => {
  const duty = {
    leaves: [leave('mine', ['withdraw'])],
    swaps: [swap('for me', ['agree', 'refuse']), swap('agreed', ['refuse'])],
    to_decide_leaves: [leave('of a member', ['approve', 'refuse'])],
    to_decide_swaps: [swap('for me', ['agree', 'refuse'])],
  } as unknown as MyDuty
  const { toDecide, others } = splitRequests(duty)
  expect([ids(toDecide.leaves), ids(toDecide.swaps)]).toEqual([['of a member'], ['for me']])
  expect([ids(others.leaves), ids(others.swaps)]).toEqual([['mine'], ['agreed']])
  expect(splitRequests(null).toDecide.swaps).toEqual([])
})
