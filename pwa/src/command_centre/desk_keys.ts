/* Every key of the desk's views, once: what is pressed, what it does, and where. The sheet is drawn from this table, and what happens is
   wired by name (`useDeskKeys`), so that neither can have a key that the other lacks. */
import { useKeys } from '@/lib/keys'
import { w, type CommandWord } from './command_words'
import type { View } from './views'
import { d } from './words'

type DeskWord = Parameters<typeof d>[0]

export interface DeskKey {
  /** As `KeyboardEvent.key` names them. Empty: the browser or the element itself does it. */
  press: readonly string[]
  /** As they are written on the sheet, where that differs. */
  caps?: readonly string[]
  words: () => string
  where: readonly (View | 'big')[] | 'everywhere'
}

const say = (word: CommandWord) => () => w(word)
const desk = (word: DeskWord) => () => d(word)
const COMMAND = ['command'] as const
const NET = ['net'] as const

export const DESK_KEYS = {
  next: { press: ['j', 'ArrowDown'], caps: ['j', '↓'], words: desk('keys.down'), where: COMMAND },
  previous: { press: ['k', 'ArrowUp'], caps: ['k', '↑'], words: desk('keys.up'), where: COMMAND },
  open: { press: [], caps: ['Enter'], words: desk('keys.open'), where: COMMAND },
  tick: { press: ['x'], words: desk('keys.tick'), where: COMMAND },
  filter: { press: ['f'], words: say('keys.filter'), where: COMMAND },
  update: { press: ['.'], words: say('keys.update'), where: COMMAND },
  actions: { press: ['a'], words: say('keys.actions'), where: COMMAND },
  file: { press: ['l'], words: say('keys.file'), where: COMMAND },
  give: { press: ['g'], words: say('keys.give'), where: COMMAND },
  supervise: { press: ['s'], words: say('keys.supervise'), where: COMMAND },
  remind: { press: ['r'], words: say('keys.remind'), where: COMMAND },
  whistle: { press: ['w'], words: say('keys.whistle'), where: COMMAND },
  call: { press: ['n'], words: desk('keys.call'), where: 'everywhere' },
  notices: { press: ['i'], words: desk('keys.notices'), where: 'everywhere' },
  to_queue: { press: ['1'], words: say('keys.to_queue'), where: COMMAND },
  to_map: { press: ['2'], words: say('keys.to_map'), where: COMMAND },
  to_case: { press: ['3'], words: say('keys.to_case'), where: COMMAND },
  layers: { press: ['v'], words: say('keys.layers'), where: COMMAND },
  lasso: { press: ['o'], words: say('keys.lasso'), where: COMMAND },
  box: { press: ['e'], words: say('keys.box'), where: COMMAND },
  measure: { press: ['d'], words: say('keys.measure'), where: COMMAND },
  fold_queue: { press: ['['], words: say('keys.fold_queue'), where: COMMAND },
  fold_case: { press: [']'], words: say('keys.fold_case'), where: COMMAND },
  separator: { press: [], caps: ['←', '→', 'Enter'], words: say('keys.separator'), where: COMMAND },
  mute: { press: ['m'], words: say('keys.mute'), where: [...COMMAND, 'big'] },
  big: { press: ['b'], words: say('keys.big'), where: COMMAND },
  full: { press: ['f'], words: say('keys.full'), where: ['big'] },
  leave_big: { press: ['Escape'], caps: ['Esc'], words: say('keys.leave_big'), where: ['big'] },
  find_grid: { press: [], caps: ['f'], words: desk('keys.find_grid'), where: NET },
  walk: { press: [], caps: ['↑', '↓'], words: desk('keys.walk'), where: NET },
  unfold: { press: [], caps: ['→', '←'], words: desk('keys.unfold'), where: NET },
  ends: { press: [], caps: ['Home', 'End'], words: desk('keys.ends'), where: NET },
  type_ahead: { press: [], caps: ['a–z'], words: desk('keys.type_ahead'), where: NET },
  open_grid: { press: [], caps: ['Enter'], words: desk('keys.open_grid'), where: NET },
  search: { press: ['/'], words: desk('keys.search'), where: 'everywhere' },
  close: { press: ['Escape'], caps: ['Esc'], words: desk('keys.close'), where: 'everywhere' },
  keys: { press: ['?'], words: desk('keys.keys'), where: 'everywhere' },
} as const satisfies Record<string, DeskKey>

export type DeskKeyName = keyof typeof DESK_KEYS

/** Those of one view, its own before those that work everywhere. */
export function keysOf(view: View | 'big'): DeskKeyName[] {
  const all = Object.entries(DESK_KEYS) as [DeskKeyName, DeskKey][]
  const own = all.filter(([, { where }]) => where !== 'everywhere' && where.some((each) => each === view))
  const shared = view === 'big' ? [] : all.filter(([, { where }]) => where === 'everywhere')
  return [...own, ...shared].map(([name]) => name)
}

export function capsOf(name: DeskKeyName): readonly string[] {
  const key: DeskKey = DESK_KEYS[name]
  return key.caps ?? key.press
}

/** Does what is given for each name when its key is pressed, while `shown` says so. */
export function useDeskKeys(acts: Partial<Record<DeskKeyName, () => void>>, shown?: () => boolean): void {
  const pairs = (Object.entries(acts) as [DeskKeyName, () => void][]).flatMap(([name, act]) => DESK_KEYS[name].press.map((key) => [key, act] as const))
  useKeys(Object.fromEntries(pairs), shown)
}
