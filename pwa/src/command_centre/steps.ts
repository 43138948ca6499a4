/* How the steps that a case allows are laid out: a few buttons, and the rest in a menu by what they are about. Which steps
   there are is the server's word alone; a step unknown here is offered all the same. Pure. */
import type { Schemas } from '@/api/client'

export type AllowedAction = Schemas['AllowedAction']
type Action = AllowedAction['action']

export const SECTIONS = ['handling', 'dispatch', 'time', 'pressing', 'hands', 'mending', 'ending'] as const
export type Section = (typeof SECTIONS)[number]

const SECTION_OF: Partial<Record<Action, Section>> = {
  dispatch: 'dispatch',
  reassign: 'dispatch',
  raise_tier: 'dispatch',
  file: 'dispatch',
  send_verification: 'dispatch',
  waive_verification: 'dispatch',
  grant_extension: 'time',
  refuse_extension: 'time',
  grant_suspension: 'time',
  refuse_suspension: 'time',
  resume: 'time',
  remind: 'pressing',
  supervise: 'pressing',
  reply_supervision: 'pressing',
  whistle: 'hands',
  add_co_handler: 'hands',
  waive_part: 'hands',
  recategorise: 'mending',
  merge: 'mending',
  unmerge: 'mending',
  reopen: 'mending',
  decline: 'ending',
  ask_void: 'ending',
  confirm_void: 'ending',
  refuse_void: 'ending',
  force_close: 'ending',
}

/** Those that an operator takes most often, where the case stands; the first three that are allowed are buttons. */
const USUAL: readonly Action[] = [
  'file', 'dispatch', 'resume', 'unmerge', 'reopen', 'send_verification', 'decline', 'remind', 'supervise', 'reassign', 'waive_verification',
]
/** Steps that take the case further: the first button, if it is one of these, is the main one. */
const FURTHER: ReadonlySet<Action> = new Set(['file', 'dispatch', 'resume'])

const BUTTONS = 3

export interface LaidOut {
  /** The button in the main colour, if the case waits for a step of ours. */
  main: AllowedAction | null
  buttons: AllowedAction[]
  menu: { section: Section; steps: AllowedAction[] }[]
}

export function sectionOf(action: Action): Section {
  return SECTION_OF[action] ?? 'handling'
}

/** Every step exactly once: as the main one, as a button, or in the menu. */
export function layOut(allowed: readonly AllowedAction[]): LaidOut {
  const fieldwork = allowed.filter(({ action }) => sectionOf(action) === 'handling')
  const usual = USUAL.flatMap((action) => allowed.filter((step) => step.action === action))
  const shown = [...fieldwork, ...usual].slice(0, BUTTONS)
  const [first, ...others] = shown
  const isMain = first !== undefined && (FURTHER.has(first.action) || fieldwork.includes(first))
  const rest = allowed.filter((step) => !shown.includes(step))
  return {
    main: isMain ? first : null,
    buttons: isMain ? others : shown,
    menu: SECTIONS.map((section) => ({ section, steps: rest.filter(({ action }) => sectionOf(action) === section) })).filter(({ steps }) => steps.length > 0),
  }
}
