/* Where this phone is. Asked only when a person does something that needs it; never at load, unless already granted. */
import { shallowRef } from 'vue'
import type { LngLat } from './distance'

export interface Fix extends LngLat {
  accuracy_m: number
  at: Date
}

const TIME_LIMIT_MS = 12_000

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
