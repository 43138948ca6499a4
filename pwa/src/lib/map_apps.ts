/* Links that hand the way over to a map app of the phone, each in the datum that the app takes. The apps of China and Apple's
   maps in China take GCJ-02 (Baidu too, if told so); geo: is WGS84 by its standard (RFC 5870). */
import { toGcj02 } from './datum'
import type { LngLat } from './distance'

export type MapApp = 'amap' | 'baidu' | 'tencent' | 'apple' | 'phone' | 'amap_web'
export type Platform = 'android' | 'ios' | 'other'

export interface MapLink {
  app: MapApp
  href: string
}

export function platformOf(userAgent: string, touchPoints: number): Platform {
  if (/Android|HarmonyOS/i.test(userAgent)) return 'android'
  // An iPad says that it is a Macintosh; no Macintosh has a touch screen.
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1) ? 'ios' : 'other'
}

/** `place` is WGS84. The app most used for driving in China comes first. */
export function mapLinks(place: LngLat, name: string, platform: Platform): MapLink[] {
  const gcj = toGcj02(place)
  const [lng, lat] = [gcj.lng.toFixed(6), gcj.lat.toFixed(6)]
  const to = encodeURIComponent(name)
  // dev=0: the coordinates are GCJ-02 already.
  const amap = (start: string) => `${start}sourceApplication=suozi&dlat=${lat}&dlon=${lng}&dname=${to}&dev=0&t=0`
  const baidu = (scheme: string) =>
    `${scheme}://map/direction?destination=latlng:${lat},${lng}%7Cname:${to}&coord_type=gcj02&mode=driving&src=suozi`
  const tencent = `qqmap://map/routeplan?type=drive&to=${to}&tocoord=${lat},${lng}&referer=suozi`
  const phone = `geo:${place.lat.toFixed(6)},${place.lng.toFixed(6)}?q=${place.lat.toFixed(6)},${place.lng.toFixed(6)}(${to})`
  if (platform === 'android')
    return [
      { app: 'amap', href: amap('amapuri://route/plan/?') },
      { app: 'baidu', href: baidu('bdapp') },
      { app: 'tencent', href: tencent },
      { app: 'phone', href: phone },
    ]
  if (platform === 'ios')
    return [
      { app: 'amap', href: amap('iosamap://path?') },
      { app: 'baidu', href: baidu('baidumap') },
      { app: 'tencent', href: tencent },
      { app: 'apple', href: `maps://?daddr=${lat},${lng}&dirflg=d` },
    ]
  return [
    { app: 'amap_web', href: `https://uri.amap.com/navigation?to=${lng},${lat},${to}&mode=car&coordinate=gaode&callnative=1` },
    { app: 'phone', href: phone },
  ]
}
