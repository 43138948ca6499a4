/* My trackers, as true as a screen that waits for an app's first contact needs them. */
import { onScopeDispose } from 'vue'
import { api, ask } from '@/api/client'
import { useLoad, type Loading } from '@/api/load'
import type { Source } from './standing'

/** Read again each `everyMs` while somebody looks, and when they come back from the app. */
export function useSources(everyMs: number): Loading<Source[]> {
  const loading = useLoad<Source[]>(() => ask(api.GET('/api/track-sources')), 'trackers')
  const lookAgain = (): void => void (document.visibilityState === 'visible' && loading.reload())
  const timer = setInterval(lookAgain, everyMs)
  document.addEventListener('visibilitychange', lookAgain)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', lookAgain)
  })
  return loading
}
