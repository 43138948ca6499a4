/* The report being written: one per person, on this phone, safe against reload and sign-out until it is sent or thrown away. */
import { ref, shallowRef, watch } from 'vue'
import type { Schemas } from '@/api/client'
import type { LngLat } from '@/lib/distance'
import type { ShotPhoto } from '@/offline/shooting'
import { uuid7 } from '@/lib/uuid7'
import { session } from '@/auth/session'
import { dropDraft, keepDraft, keptDraft } from '@/offline/drafts'
import { drop, holdOn, photosOf, type OutboxItem } from '@/offline/outbox'

export interface DraftPlace extends LngLat {
  accuracy_m: number | null
  source: Schemas['PlaceSource']
}

export interface DraftPhoto extends Omit<ShotPhoto, 'exif' | 'flaw'> {
  takenAt: string
  /** What its EXIF said; the shrunk bytes have none. Drafts of an earlier build do not say. */
  exif?: ShotPhoto['exif']
  flaw?: ShotPhoto['flaw']
}

export interface ReportDraft {
  id: string
  startedAt: string
  photos: DraftPhoto[]
  place: DraftPlace | null
  matter: string | null
  condition: string | null
  words: string
  /** The open case that this is another report of. */
  joins: string | null
  /** Settled on the spot; `afterPhotos` show it. */
  selfHandled: boolean
  afterPhotos: DraftPhoto[]
  /** The refused item in the outbox that this report takes the place of. */
  replaces: string | null
}

const SAVE_AFTER_MS = 400

export const draft = shallowRef<ReportDraft | null>(null)
let timer: ReturnType<typeof setTimeout> | undefined

/** Somebody else's draft waits in the database for them. */
watch(
  () => session.me.value?.id,
  () => {
    clearTimeout(timer)
    draft.value = null
  },
)

const userId = (): string => session.me.value?.id ?? ''

export function newDraft(): ReportDraft {
  const startedAt = new Date()
  return {
    id: uuid7(startedAt),
    startedAt: startedAt.toISOString(),
    photos: [],
    place: null,
    matter: null,
    condition: null,
    words: '',
    joins: null,
    selfHandled: false,
    afterPhotos: [],
    replaces: null,
  }
}

/** Whether there is anything in it that a person would miss. A place alone is not: it may be hours old. */
export function isBegun(written: ReportDraft | null): boolean {
  return !!written && (written.photos.length > 0 || written.words !== '' || written.matter !== null)
}

export async function loadDraft(): Promise<void> {
  const user = userId()
  // Storage that fails keeps nobody from writing; that it cannot be kept is said when it is to be sent.
  const kept = user ? await keptDraft<Partial<ReportDraft>>(user).catch(() => undefined) : undefined
  // One that an earlier build kept lacks what came since.
  if (!user) draft.value = null
  else if (kept) draft.value = { ...newDraft(), ...kept }
}

/** Changes the draft on screen at once, and on the phone a moment later. */
export function changeDraft(change: Partial<ReportDraft>): void {
  draft.value = { ...(draft.value ?? newDraft()), ...change }
  clearTimeout(timer)
  timer = setTimeout(() => void saveDraft(), SAVE_AFTER_MS)
}

/** The phone could not store what is on screen. */
export const isUnkept = ref(false)

/** The draft that is being put into the outbox: saved now, it would be there a second time. */
let leaving: string | null = null

/** Lets go of the draft once `keep` has it in the outbox. Where that rejects, the draft stays. */
export async function handOver(keep: () => Promise<void>): Promise<void> {
  leaving = draft.value?.id ?? null
  try {
    await keep()
    forgetDraft()
  } finally {
    leaving = null
  }
}

export async function saveDraft(): Promise<void> {
  clearTimeout(timer)
  if (!draft.value || draft.value.id === leaving) return
  try {
    await keepDraft(userId(), draft.value)
    isUnkept.value = false
  } catch {
    isUnkept.value = true
  }
}

/** Throws the draft away. Returns the way to have it back. */
export async function discardDraft(): Promise<() => void> {
  const [thrown, user] = [draft.value, userId()]
  forgetDraft()
  await dropDraft(user).catch(() => undefined)
  return () => {
    // Not to somebody else, and not over what has been begun since.
    if (thrown && user === userId() && !isBegun(draft.value)) changeDraft(thrown)
  }
}

function forgetDraft(): void {
  clearTimeout(timer)
  isUnkept.value = false
  draft.value = null
}

/** A refused report, to be mended and sent under a new id: the server may hold other content under the old one. */
export async function draftFromRefused(item: Extract<OutboxItem, { kind: 'report' }>): Promise<void> {
  await draftFrom(item, item.id)
}

/** A report that was taken back before it left, as it was. Rejects if it cannot be kept as a draft; then it stays where it is. */
export async function takeBack(item: Extract<OutboxItem, { kind: 'report' }>): Promise<boolean> {
  // First out of the sender's reach; then there are both for a moment, and never none.
  if (!(await holdOn(item.id))) return false
  await draftFrom(item, null)
  await drop(item.id)
  return true
}

async function draftFrom(item: Extract<OutboxItem, { kind: 'report' }>, replaces: string | null): Promise<void> {
  const { body } = item
  const declared = [...(body.photos ?? []), ...(body.after_photos ?? [])]
  const photos = (await photosOf(item)).map((photo) => {
    const said = declared.find((one) => one.sha256 === photo.sha256)
    return {
      sha256: photo.sha256,
      type: photo.type,
      bytes: photo.bytes,
      exif: exifOf(said),
      takenAt: said?.taken_at ?? body.occurred_at,
      ...(said?.original && { original: said.original }),
    }
  })
  const isAfter = ({ sha256 }: DraftPhoto): boolean => body.after_photos?.some((one) => one.sha256 === sha256) ?? false
  const { lng, lat, accuracy_m, source } = body.place
  changeDraft({
    ...newDraft(),
    startedAt: body.occurred_at,
    photos: photos.filter((photo) => !isAfter(photo)),
    afterPhotos: photos.filter(isAfter),
    selfHandled: body.self_handled,
    joins: body.joins,
    place: { lng, lat, accuracy_m: accuracy_m ?? null, source: source ?? 'map' },
    matter: body.matter,
    condition: body.condition ?? null,
    words: body.words ?? '',
    replaces,
  })
  await saveDraft()
}

function exifOf(declared: Schemas['DeclaredPhoto'] | undefined): ShotPhoto['exif'] {
  return { place: declared?.exif_place ?? null, takenAt: declared?.exif_at ?? null }
}
