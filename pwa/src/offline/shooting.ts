/* A photo from the camera or the album on its way into a draft. Its original, where wanted, is kept aside at once. */
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { readPhotoFile, type TakenPhoto } from '@/lib/photo_file'
import { keepOriginal } from './originals'

/** `original` is the SHA-256 of the file that is kept, to be declared with the photo. */
export type ShotPhoto = Omit<TakenPhoto, 'original'> & { original?: string }

/** Rejects with NotAPhoto. A phone without room for the original goes on without it: the photo itself is what matters. */
export async function readShot(file: File): Promise<ShotPhoto> {
  const me = session.me.value
  const { original, ...photo } = await readPhotoFile(file, { withOriginal: me?.send_originals ?? false })
  if (!me || !original) return photo
  const { sha256, type, bytes } = original
  const isKept = await keepOriginal({ user: me.id, photo: photo.sha256, sha256, type, shotAt: now().toISOString() }, bytes).then(
    () => true,
    () => false,
  )
  return isKept ? { ...photo, original: original.sha256 } : photo
}
