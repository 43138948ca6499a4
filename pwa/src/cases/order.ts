/* In which order the steps of a case stand on the screen: one main button, what belongs beside it, and the rest under 更多.
   Which steps there are is the server's to say; this only lays them out. */
import type { ActionName, AllowedAction } from './names'

/** Never the main button while there is anything else: exceptions, and what concerns others. */
const ASIDE: readonly ActionName[] = ['reply_supervision', 'send_back', 'ask_extension', 'ask_suspension', 'raise_tier', 'remind']

/** The other answers to the question that the main button answers. */
const BESIDE: Partial<Record<ActionName, readonly ActionName[]>> = {
  arrive: ['feedback'],
  co_arrive: ['co_feedback'],
  pass: ['fail'],
  review_pass: ['review_return'],
  verify_found: ['verify_absent', 'verify_unable'],
}

export interface Laid {
  main: AllowedAction | null
  beside: AllowedAction[]
  more: AllowedAction[]
}

export function layOut(steps: readonly AllowedAction[]): Laid {
  const main = steps.find((step) => !ASIDE.includes(step.action)) ?? null
  const others = steps.filter((step) => step !== main)
  const isBeside = (step: AllowedAction): boolean => !!main && (BESIDE[main.action] ?? []).includes(step.action)
  const rank = (step: AllowedAction): number => ASIDE.indexOf(step.action)
  return {
    main,
    beside: others.filter(isBeside),
    more: others.filter((step) => !isBeside(step)).toSorted((a, b) => rank(a) - rank(b)),
  }
}
