/* The apps that can be trackers, which phones run them, and which cards of a new tracker are theirs. Pure. */
import type { Schemas } from '@/api/client'
import { platformOf } from '@/lib/map_apps'

export type Protocol = Schemas['Protocol']
export type SetUpCard = Schemas['SetUpCardOut']
export type Phone = 'android' | 'ios' | 'harmony'

export type AppKey = 'traccar_client' | 'overland' | 'colota' | 'owntracks' | 'gpslogger' | 'osmand' | 'ulogger' | OtherWay

export type OtherWay = 'gpx' | 'opengts' | 'traccar'

/** `card`: the name under which the server gives this app's card. */
export interface TrackerApp {
  key: AppKey
  protocol: Protocol
  card: string
  runsOn: 'both' | 'android' | 'anything'
}

/** Those to be preferred come first. */
const APPS: TrackerApp[] = [
  { key: 'traccar_client', protocol: 'osmand', card: 'Traccar Client', runsOn: 'both' },
  { key: 'overland', protocol: 'overland', card: 'Overland', runsOn: 'both' },
  { key: 'colota', protocol: 'colota', card: 'Colota', runsOn: 'android' },
  { key: 'owntracks', protocol: 'owntracks', card: 'OwnTracks', runsOn: 'both' },
  { key: 'gpslogger', protocol: 'gpslogger', card: 'GPSLogger', runsOn: 'android' },
  { key: 'osmand', protocol: 'osmand', card: 'OsmAnd', runsOn: 'android' },
  { key: 'ulogger', protocol: 'ulogger', card: 'μlogger', runsOn: 'android' },
  { key: 'opengts', protocol: 'opengts', card: 'GPSLogger (OpenGTS)', runsOn: 'anything' },
  { key: 'gpx', protocol: 'gpx', card: 'GPX', runsOn: 'anything' },
  { key: 'traccar', protocol: 'traccar', card: 'Traccar (server)', runsOn: 'anything' },
]

/** Since 5, HarmonyOS names itself alone; before, it called itself Android and runs its apps. A desk is no phone: Android is commonest. */
export function phoneOf(userAgent: string, touchPoints: number): Phone {
  if (/OpenHarmony|ArkWeb/i.test(userAgent) || (/HarmonyOS/i.test(userAgent) && !/Android/i.test(userAgent))) return 'harmony'
  return platformOf(userAgent, touchPoints) === 'ios' ? 'ios' : 'android'
}

/** What is made for this phone. Some phones with HarmonyOS run Android's apps. */
export const appsFor = (phone: Phone): TrackerApp[] =>
  APPS.filter(({ runsOn }) => runsOn === 'both' || (runsOn === 'android' && phone !== 'ios'))

/** What needs no app of the phone's kind. */
export const OTHER_WAYS = APPS.filter(({ runsOn }) => runsOn === 'anything')

export const appOf = (key: AppKey): TrackerApp => APPS.find((app) => app.key === key)!

/** All that send in this way. */
export const appsOf = (protocol: Protocol): TrackerApp[] => APPS.filter((app) => app.protocol === protocol)

/** The chosen app's card; all of them where none was chosen. */
export function cardsFor(cards: SetUpCard[], key: AppKey | null): SetUpCard[] {
  const own = key ? cards.filter(({ app }) => app === appOf(key).card) : []
  return own.length ? own : cards
}
