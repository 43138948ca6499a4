/* What the service worker says to an open page: a notification was tapped, or a message came while the page was in sight. */
import { onScopeDispose } from 'vue'
import type { FromWorker } from './push_message'

export function useWorkerMessages(on: { open: (path: string, notice: string | null) => void; changed: () => void }): void {
  if (!('serviceWorker' in navigator)) return
  const hear = ({ data }: MessageEvent<FromWorker>): void => {
    if (data?.kind === 'notice_open') on.open(data.path, data.notice)
    if (data?.kind === 'notice_pushed') on.changed()
  }
  navigator.serviceWorker.addEventListener('message', hear)
  onScopeDispose(() => navigator.serviceWorker.removeEventListener('message', hear))
}
