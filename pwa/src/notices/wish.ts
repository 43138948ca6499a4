/* How I want to be told, as it is kept by the server. Pure, but for its type. */
import type { Schemas } from '@/api/client'

export type Wish = Schemas['WishOut']
export type Outgoing = 'web_push' | 'sms' | 'mail'
export const OUTGOING: readonly Outgoing[] = ['web_push', 'sms', 'mail']

/** `usual`: the county's hours; `none`: at any hour. */
export type Quiet = 'usual' | 'own' | 'none'

const isOutgoing = (channel: string): channel is Outgoing => (OUTGOING as readonly string[]).includes(channel)
/** 22:00 of 22:00:00. */
export const hourOf = (time: string): string => time.slice(0, 5)

export function quietOf(wish: Wish): Quiet {
  if (wish.quiet_is_usual) return 'usual'
  return wish.quiet_from === wish.quiet_until ? 'none' : 'own'
}

/** The whole wish, as the server takes it. */
export function bodyOf(wish: Wish): Schemas['WishIn'] {
  const { muted, language, quiet_from, quiet_until, quiet_is_usual, mail } = wish
  const quiet = quiet_is_usual ? { quiet_from: null, quiet_until: null } : { quiet_from, quiet_until }
  return { muted: muted.filter(isOutgoing), language, ...quiet, mail: mail || null }
}

export function withMuted(wish: Wish, channel: Outgoing, muted: boolean): Wish {
  return { ...wish, muted: [...wish.muted.filter((one) => one !== channel), ...(muted ? [channel] : [])] }
}

/** `own` begins with what holds now. */
export function withQuiet(wish: Wish, quiet: Quiet): Wish {
  if (quiet === 'usual') return { ...wish, quiet_is_usual: true }
  if (quiet === 'none') return { ...wish, quiet_is_usual: false, quiet_from: '00:00:00', quiet_until: '00:00:00' }
  const isNone = wish.quiet_from === wish.quiet_until
  return { ...wish, quiet_is_usual: false, ...(isNone ? { quiet_from: '22:00:00', quiet_until: '07:00:00' } : {}) }
}
