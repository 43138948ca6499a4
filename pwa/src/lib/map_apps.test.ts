import { describe, expect, it } from 'vitest'
import { toGcj02 } from './datum'
import { mapLinks, platformOf } from './map_apps'

/* Reference values: coordtransform (wandergis, MIT), wgs84togcj02(116.404, 39.915). */
const TIANANMEN = { lng: 116.404, lat: 39.915 }

it('the shift to GCJ-02 agrees with the public reference to a centimetre', () => {
  const { lng, lat } = toGcj02(TIANANMEN)
  expect(lng).toBeCloseTo(116.41024449916938, 7)
  expect(lat).toBeCloseTo(39.91640428150164, 7)
})

const hrefs = (platform: 'android' | 'ios' | 'other') =>
  Object.fromEntries(mapLinks(TIANANMEN, '璜塘村 (3)&x', platform).map(({ app, href }) => [app, href]))

describe('each app gets the way in its own datum and scheme', () => {
  it('on Android', () => {
    const links = hrefs('android')
    expect(Object.keys(links)).toEqual(['amap', 'baidu', 'tencent', 'phone'])
    expect(links['amap']).toMatch(/^amapuri:\/\/route\/plan\/\?.*dlat=39\.916404&dlon=116\.410244&.*dev=0/)
    expect(links['baidu']).toMatch(/^bdapp:\/\/map\/direction\?destination=latlng:39\.916404,116\.410244%7Cname:.*coord_type=gcj02/)
    expect(links['tencent']).toContain('tocoord=39.916404,116.410244')
    expect(links['phone']).toContain('geo:39.915000,116.404000?q=39.915000,116.404000(')
  })
  it('on iOS', () => {
    const links = hrefs('ios')
    expect(Object.keys(links)).toEqual(['amap', 'baidu', 'tencent', 'apple'])
    expect(links['amap']).toMatch(/^iosamap:\/\/path\?/)
    expect(links['baidu']).toMatch(/^baidumap:/)
    expect(links['apple']).toBe('maps://?daddr=39.916404,116.410244&dirflg=d')
  })
  it('a name cannot add parameters of its own', () => {
    for (const href of Object.values(hrefs('android'))) expect(href).not.toContain('&x')
  })
})

it.each([
  ['Mozilla/5.0 (Linux; Android 14; HUAWEI)', 5, 'android'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X)', 5, 'ios'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 5, 'ios'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 0, 'other'],
  ['Mozilla/5.0 (X11; Linux x86_64)', 0, 'other'],
])('%s with %d touch points', (agent, touch, platform) => expect(platformOf(agent, touch)).toBe(platform))
