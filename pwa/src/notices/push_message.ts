/* What a pushed message says and where it leads, for the service worker. Pure. The shape is that of declarative Web Push, which newer
   Safari shows by itself; everybody else reads the same JSON. */

/** To the open pages. */
export type FromWorker = { kind: 'notice_open'; path: string; notice: string | null } | { kind: 'notice_pushed' }

export interface Pushed {
  title: string
  body: string
  tag: string
  lang: string
  badge: number | null
  /** A page of the app, such as /cases/… or /notices, and the notice that it tells of. */
  path: string
  notice: string | null
}

const NEUTRAL = {
  zh: { title: '梭子', body: '有新消息，请打开梭子查看' },
  en: { title: 'Suozi', body: 'Something new. Open Suozi to see it.' },
}
const LIST = '/notices'
/** The app's pages that a message may lead to. */
const PATHS = /^\/(cases\/[\w-]{1,64}|notices)$/

/** `text` that is none of ours, or none at all, still tells that there is something: a browser must show a push. */
export function readPush(text: string, origin: string, language: string): Pushed {
  const message = asRecord(parsed(text))
  const told = asRecord(message['notification'])
  const neutral = NEUTRAL[language.startsWith('en') ? 'en' : 'zh']
  const isOurs = message['web_push'] === 8030 && typeof told['title'] === 'string' && typeof told['body'] === 'string'
  const badge = message['app_badge'] ?? told['app_badge']
  return {
    title: isOurs ? String(told['title']) : neutral.title,
    body: isOurs ? String(told['body']) : neutral.body,
    tag: isOurs && typeof told['tag'] === 'string' ? told['tag'] : 'suozi',
    lang: isOurs && typeof told['lang'] === 'string' ? told['lang'] : language.startsWith('en') ? 'en' : 'zh-CN',
    badge: typeof badge === 'number' && Number.isInteger(badge) && badge >= 0 ? badge : null,
    ...placeOf(isOurs ? told['navigate'] : null, origin),
  }
}

/** `https://…/?notice=ID#/cases/ID` is the page /cases/ID; what is not ours leads to the list. */
export function placeOf(navigate: unknown, origin: string): { path: string; notice: string | null } {
  const url = typeof navigate === 'string' && URL.canParse(navigate, origin) ? new URL(navigate, origin) : null
  if (!url || url.origin !== origin) return { path: LIST, notice: null }
  const path = url.hash.startsWith('#/') ? url.hash.slice(1) : url.pathname
  return { path: PATHS.test(path) ? path : LIST, notice: url.searchParams.get('notice') }
}

/** What a new window is opened at. */
export function addressOf({ path, notice }: { path: string; notice: string | null }): string {
  return notice ? `${path}?${new URLSearchParams({ notice })}` : path
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const asRecord = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {})
