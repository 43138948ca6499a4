/* From a draft to an item of the outbox, and what is still lacking before that. */
import type { Schemas } from '@/api/client'
import { session } from '@/auth/session'
import type { Matter } from '@/matters/catalogue'
import { now } from '@/lib/clock'
import { t } from '@/locales/t'
import { keep } from '@/offline/outbox'
import { flushNow } from '@/offline/pending'
import { forgetDraft, type DraftPhoto, type ReportDraft } from './draft'
import { rememberReport } from './own_reports'
import { r } from './words'

/** What the person must still do, in words; empty when the report may go. */
export function lacking(draft: ReportDraft, matter: Matter | null): string {
  if (!draft.place) return t('report.lacks_place')
  if (!matter) return t('report.lacks_matter')
  if (draft.photos.length < matter.photos_before.min) return t('report.lacks_photos', { n: matter.photos_before.min })
  if (isSelfHandled(draft, matter) && draft.afterPhotos.length < Math.max(1, matter.photos_after.min)) return r('lacks_after', { n: Math.max(1, matter.photos_after.min) })
  return ''
}

/** A matter chosen since may not allow what was switched on before. */
export function isSelfHandled(draft: ReportDraft, matter: Matter | null): boolean {
  return draft.selfHandled && (matter?.self_handle ?? false)
}

const declared = (photos: DraftPhoto[]) => photos.map(({ sha256, takenAt }) => ({ sha256, taken_at: takenAt, exif_at: null, exif_place: null }))

function reportIn(draft: ReportDraft, place: NonNullable<ReportDraft['place']>, matter: Matter): Schemas['ReportIn'] {
  return {
    matter: matter.code,
    condition: draft.condition,
    place,
    words: draft.words.trim(),
    occurred_at: draft.photos[0]?.takenAt ?? draft.startedAt,
    photos: declared(draft.photos),
    // What was settled on the spot is a case of its own, whatever lies beside it.
    joins: isSelfHandled(draft, matter) ? null : draft.joins,
    self_handled: isSelfHandled(draft, matter),
    ...(isSelfHandled(draft, matter) ? { after_photos: declared(draft.afterPhotos) } : {}),
  }
}

/** Stores the report on the phone, then starts sending. Rejects when the phone cannot store it; then the draft remains. */
export async function submitReport(draft: ReportDraft, matter: Matter): Promise<void> {
  const user = session.me.value?.id
  if (!user || !draft.place) throw new Error('a report needs a person and a place')
  const taken = isSelfHandled(draft, matter) ? [...draft.photos, ...draft.afterPhotos] : draft.photos
  const photos = taken.map(({ sha256, type, bytes }) => ({ sha256, type, bytes }))
  await keep(
    {
      id: draft.id,
      user,
      kind: 'report',
      title: matter.name,
      sha256s: photos.map((photo) => photo.sha256),
      savedAt: now().toISOString(),
      tries: 0,
      waiting: 'new',
      problem: null,
      body: reportIn(draft, draft.place, matter),
    },
    photos,
    draft.replaces,
  )
  void rememberReport({ matter: matter.code, lng: draft.place.lng, lat: draft.place.lat, at: now().toISOString() })
  forgetDraft()
  void flushNow()
}
