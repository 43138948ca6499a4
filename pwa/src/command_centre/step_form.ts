/* What a step asks of whoever takes it: the form, what it still lacks, and the body that is sent. Pure. */
import type { Schemas } from '@/api/client'
import type { AllowedAction } from './steps'

export type ActionIn = Schemas['ActionIn']

export interface StepForm {
  words: string
  reason: string | null
  squad: string | null
  squads: string[]
  matter: string | null
  condition: string | null
  into: string | null
  /** `YYYY-MM-DD` */
  day: string | null
  /** ISO 8601 */
  moment: string | null
}

export type Lack = 'words' | 'reason' | 'squad' | 'squads' | 'matter' | 'case' | 'day' | 'moment' | 'photos'

export function emptyForm(): StepForm {
  return { words: '', reason: null, squad: null, squads: [], matter: null, condition: null, into: null, day: null, moment: null }
}

/** What is still missing, in the order of the form. */
export function lacks(step: AllowedAction, form: StepForm, photoCount: number): Lack[] {
  const given: Record<AllowedAction['asks'][number], boolean> = {
    squad: form.squad !== null,
    squads: form.squads.length > 0,
    matter: form.matter !== null,
    case: form.into !== null,
    day: form.day !== null,
    moment: form.moment !== null,
    reason: form.reason !== null,
  }
  const found: Lack[] = step.asks.filter((asked) => !given[asked])
  if (step.words === 'required' && !form.words.trim()) found.push('words')
  if (photoCount < step.photos_min) found.push('photos')
  return found
}

export function bodyOf(step: AllowedAction, version: number, form: StepForm, at: Date, photos: readonly { sha256: string }[] = []): ActionIn {
  const wants = (asked: AllowedAction['asks'][number]) => step.asks.includes(asked)
  return {
    action: step.action,
    version,
    words: step.words === 'none' ? '' : form.words.trim(),
    reason: wants('reason') ? form.reason : null,
    squad: wants('squad') ? form.squad : null,
    squads: wants('squads') ? form.squads : [],
    matter: wants('matter') ? form.matter : null,
    condition: wants('matter') ? form.condition : null,
    into: wants('case') ? form.into : null,
    until_day: wants('day') ? form.day : null,
    until: wants('moment') ? form.moment : null,
    place: null,
    at: at.toISOString(),
    photos: photos.map(({ sha256 }) => ({ sha256, taken_at: null, exif_at: null, exif_place: null })),
  }
}
