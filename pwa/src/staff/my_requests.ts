/* Which requests wait for the reader's answer, as colleague or as leader, and which are only theirs to know. Pure. */
import type { Leave, MyDuty, Swap } from './duty'

export interface Requests {
  leaves: Leave[]
  swaps: Swap[]
}

/** A colleague's swap stands among mine as well as among those to decide: each request is shown once. */
export function splitRequests(duty: MyDuty | null): { toDecide: Requests; others: Requests } {
  const leaves = once([...(duty?.to_decide_leaves ?? []), ...(duty?.leaves ?? [])])
  const swaps = once([...(duty?.to_decide_swaps ?? []), ...(duty?.swaps ?? [])])
  return {
    toDecide: { leaves: leaves.filter(waitsForMe), swaps: swaps.filter(waitsForMe) },
    others: { leaves: leaves.filter((leave) => !waitsForMe(leave)), swaps: swaps.filter((swap) => !waitsForMe(swap)) },
  }
}

/** I can say yes to it. Taking back what I said is no waiting. */
export const waitsForMe = ({ may }: Pick<Leave, 'may'>): boolean => may.includes('agree') || may.includes('approve')

function once<Request extends { id: string }>(requests: Request[]): Request[] {
  return [...new Map(requests.map((request) => [request.id, request])).values()]
}
