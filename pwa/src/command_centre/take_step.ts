/* Sends one step of a case, alone or with its photos, and keeps what was typed until the step is taken. */
import { api, ask, type Answer, type Schemas } from '@/api/client'
import type { TakenPhoto } from '@/lib/photo_file'
import { emptyForm, type ActionIn, type StepForm } from './step_form'

type Receipt = Schemas['ActionReceipt']

export function sendStep(caseId: string, actionId: string, body: ActionIn, photos: readonly TakenPhoto[] = []): Promise<Answer<Receipt>> {
  const params = { path: { case_id: caseId, action_id: actionId } }
  if (!photos.length) return ask(api.PUT('/api/cases/{case_id}/actions/{action_id}', { params, body }))
  const bodySerializer = () => multipart(body, photos)
  return ask(api.PUT('/api/cases/{case_id}/actions/{action_id}', { params, body, bodySerializer }))
}

function multipart(body: ActionIn, photos: readonly TakenPhoto[]): FormData {
  const form = new FormData()
  form.append('action', new Blob([JSON.stringify(body)], { type: 'application/json' }), 'action.json')
  for (const photo of photos) form.append('photo', new Blob([photo.bytes], { type: photo.type }), photo.sha256)
  return form
}

const kept = new Map<string, StepForm>()
const keyOf = (caseId: string, action: string) => `${caseId} ${action}`

/** The form as it was left when its dialog was closed, or an empty one. */
export function formOf(caseId: string, action: string): StepForm {
  return kept.get(keyOf(caseId, action)) ?? emptyForm()
}

export function keepForm(caseId: string, action: string, form: StepForm): void {
  kept.set(keyOf(caseId, action), form)
}

export function dropForm(caseId: string, action: string): void {
  kept.delete(keyOf(caseId, action))
}
