/* One step for several cases: what will happen to each, before anything is sent. Pure. */
import type { CaseSummary } from '@/api/client'
import type { AllowedAction } from './steps'

export type BulkKind = 'give' | 'file' | 'remind' | 'supervise'

export interface Planned {
  row: CaseSummary
  /** null: this case allows no such step now. */
  step: AllowedAction | null
}

const STEPS: Record<BulkKind, readonly AllowedAction['action'][]> = {
  give: ['dispatch', 'reassign'],
  file: ['file'],
  remind: ['remind'],
  supervise: ['supervise'],
}

/** Giving to a squad dispatches what waits and reassigns what is in other hands; the squad that holds a case keeps it. */
export function plan(kind: BulkKind, rows: readonly CaseSummary[], squad: string | null = null): Planned[] {
  return rows.map((row) => {
    const step = row.allowed_actions.find(({ action }) => STEPS[kind].includes(action)) ?? null
    return { row, step: kind === 'give' && squad !== null && row.squad?.code === squad ? null : step }
  })
}

/** Of all planned steps one needs words, so all are given them. */
export function wantsWords(planned: readonly Planned[]): boolean {
  return planned.some(({ step }) => step?.words === 'required')
}
