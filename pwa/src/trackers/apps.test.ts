import { describe, expect, it } from 'vitest'
import { appOf, appsFor, appsOf, cardsFor, OTHER_WAYS, phoneOf, type SetUpCard } from './apps'

const ANDROID = 'Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36'
const HARMONY_4 = 'Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 Chrome/114.0 HuaweiBrowser/15.0 Mobile Safari/537.36'
const HARMONY_5 = 'Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/132.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.1'
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 Version/18.4 Mobile/15E148 Safari/604.1'
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.4 Safari/605.1.15'

const card = (app: string): SetUpCard => ({ app, steps: '', address: '', link: null, qr: null, opens: null })

describe('which phone this is', () => {
  it.each([
    ['an Android', ANDROID, 5, 'android'],
    ['HarmonyOS that runs Android apps', HARMONY_4, 5, 'android'],
    ['HarmonyOS that does not', HARMONY_5, 5, 'harmony'],
    ['an iPhone', IPHONE, 5, 'ios'],
    ['an iPad that says Macintosh', MAC, 5, 'ios'],
    ['a desk', MAC, 0, 'android'],
  ])('%s', (_what, userAgent, touchPoints, phone) => expect(phoneOf(userAgent, touchPoints)).toBe(phone))
})

describe('apps', () => {
  it('offers an iPhone nothing that only runs on Android', () => {
    expect(appsFor('ios').map(({ key }) => key)).toEqual(['traccar_client', 'overland', 'owntracks'])
    expect(appsFor('android').map(({ key }) => key)).toContain('gpslogger')
  })
  it('puts the same one first everywhere', () => {
    for (const phone of ['android', 'ios', 'harmony'] as const) expect(appsFor(phone)[0]?.key).toBe('traccar_client')
  })
  it('leaves out no way of sending', () => {
    const ways = new Set([...appsFor('android'), ...OTHER_WAYS].map(({ protocol }) => protocol))
    expect([...ways].sort()).toEqual(['colota', 'gpslogger', 'gpx', 'opengts', 'osmand', 'overland', 'owntracks', 'traccar', 'ulogger'])
  })
  it('knows all apps that send in the same way', () => {
    expect(appsOf('osmand').map(({ key }) => key)).toEqual(['traccar_client', 'osmand'])
  })
  it('shows the chosen app’s card alone, and all where none was chosen', () => {
    const cards = [card('Traccar Client'), card('OsmAnd')]
    expect(cardsFor(cards, 'osmand').map(({ app }) => app)).toEqual(['OsmAnd'])
    expect(cardsFor(cards, null)).toEqual(cards)
    // A card that a newer server calls otherwise is better shown than none.
    expect(cardsFor([card('Traccar')], 'traccar_client')).toHaveLength(1)
    expect(appOf('ulogger').card).toBe('μlogger')
  })
})
