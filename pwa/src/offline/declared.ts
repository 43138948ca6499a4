/* What is said of photos with the report or step that they belong to. */
import type { Schemas } from '@/api/client'
import type { ShotPhoto } from './shooting'

type Told = Pick<ShotPhoto, 'sha256' | 'original'> & { takenAt: string; exif?: ShotPhoto['exif'] }

/** EXIF goes along in words: the bytes that are sent have none. */
export const declared = (photos: readonly Told[]): Schemas['DeclaredPhoto'][] =>
  photos.map(({ sha256, takenAt, exif, original }) => ({
    sha256,
    taken_at: takenAt,
    exif_at: exif?.takenAt?.slice(0, 32) ?? null,
    exif_place: exif?.place ?? null,
    original: original ?? null,
  }))
