/* Small pictures of the cases that somebody takes along, kept on the phone like the copies of answers, and forgotten with
   them: the browser may not keep photos by itself, so that they go with the right to see them. */
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { keepCopy, keptCopy } from './kept'

const TIME_LIMIT_MS = 20_000
const named = (sha256: string): string => `${session.me.value?.id} photo.${sha256}`

/** Fetches the small picture unless it is here. A convenience: nothing is said when it fails. */
export async function keepPhoto(sha256: string): Promise<void> {
  const name = named(sha256)
  if (await keptCopy(name)) return
  try {
    const answer = await fetch(`/api/photos/${sha256}/320`, { credentials: 'same-origin', signal: AbortSignal.timeout(TIME_LIMIT_MS) })
    if (answer.ok && answer.headers.get('content-type') === 'image/jpeg') void keepCopy(name, { data: await answer.arrayBuffer(), asOf: now() })
  } catch {
    return
  }
}

/** An address for the kept picture, to be revoked by whoever asked; null if it is not here. */
export async function keptPhotoUrl(sha256: string): Promise<string | null> {
  const copy = await keptCopy<ArrayBuffer>(named(sha256))
  return copy ? URL.createObjectURL(new Blob([copy.data], { type: 'image/jpeg' })) : null
}
