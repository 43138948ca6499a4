/* The desk's views and the pages of the one net: which address leads where, and who may open what. */
import { may } from '@/auth/session'

export const VIEWS = ['command', 'patrols', 'figures', 'net', 'staff', 'squads', 'rules', 'channels'] as const
export type View = (typeof VIEWS)[number]

export const NET_PAGES = ['browser', 'drafts', 'imports', 'matters'] as const
export type NetPage = (typeof NET_PAGES)[number]
export type Page = Exclude<View, 'net'> | NetPage

/** `#/patrols/…`, `#/figures/…`, `#/net/…`, `#/staff/…`, `#/squads/…`, `#/rules/…`, `#/channels/…`; everything else is the command view. */
export function viewAt([first]: readonly string[]): View {
  return VIEWS.find((view) => view === first) ?? 'command'
}

/** `#/net/drafts/…`, `#/net/imports/…`, `#/net/matters`; `#/net` and `#/net/{code}` are the browser. */
export function netPageAt([, second]: readonly string[]): NetPage {
  return NET_PAGES.find((page) => page === second) ?? 'browser'
}

type Needed = Parameters<typeof may>[0]
/** One of them is enough. Patrols hold two pages: the replay, and the rules of patrolling. */
const NEEDS: Record<View, Needed[]> = {
  command: ['see_cases'],
  patrols: ['see_tracks', 'manage_patrols'],
  figures: ['see_figures'],
  net: ['see_net'],
  staff: ['see_staff'],
  squads: ['see_rota'],
  rules: ['see_routing'],
  channels: ['see_channels'],
}
const PAGE_NEEDS: Record<Page, Needed[]> = { ...NEEDS, browser: ['see_net'], drafts: ['manage_net'], imports: ['manage_net'], matters: ['see_net'] }

/** The views that this person's posts open. */
export function views(): View[] {
  return VIEWS.filter((view) => NEEDS[view].some(may))
}

export function openPages(): Page[] {
  return [...VIEWS, ...NET_PAGES].filter((page) => page !== 'net').filter((page) => PAGE_NEEDS[page].some(may))
}
