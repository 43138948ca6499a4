/* Where this phone is. Asked only when a person does something that needs it; never at load, unless already granted. */
import { shallowRef } from 'vue'
import type { LngLat } from './distance'

export interface Fix extends LngLat {
  accuracy_m: number
  at: Date
}

const TIME_LIMIT_MS = 12_000
const AT_HAND_FOR_MS = 60_000
/** Longer than this nobody is made to wait for a position that only goes along. */
const AT_HAND_WITHIN_MS = 3_000

/** The last fix of this session, for distances in lists. */
export const lastFix = shallowRef<Fix | null>(null)

/** One fresh fix, or null: refused, switched off, or not found in 12 s. */
export function takeFix(): Promise<Fix | null> {
  if (!('geolocation' in navigator)) return Promise.resolve(null)
  return new Promise((done) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) => {
        const fix = { lng: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy, at: new Date(timestamp) }
        lastFix.value = fix
        done(fix)
      },
      () => done(null),
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: TIME_LIMIT_MS },
    )
  })
}

/** A fix if the person has allowed it before; asks nothing. */
export async function takeFixIfAllowed(): Promise<Fix | null> {
  const permission = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null)
  return permission?.state === 'granted' ? takeFix() : null
}

/** Where an act is being done: a fix of the last minute, or what 3 s find; null if that is nothing or was never allowed. */
export async function fixAtHand(): Promise<Fix | null> {
  if (lastFix.value && Date.now() - lastFix.value.at.getTime() < AT_HAND_FOR_MS) return lastFix.value
  const tooLong = new Promise<null>((done) => setTimeout(() => done(null), AT_HAND_WITHIN_MS))
  return Promise.race([takeFixIfAllowed(), tooLong])
}
