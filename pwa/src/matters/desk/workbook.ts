/* Sending a workbook: what can be seen of it before, and the draft that comes of it. */
import { api, ask, type Answer, type Schemas } from '@/api/client'

export type CatalogueDraft = Schemas['CatalogueDraftOut']

/** `version`: of the draft as it was seen, if it is there already. */
export async function sendWorkbook(id: string, file: File, version?: number): Promise<Answer<CatalogueDraft>> {
  const form = new FormData()
  // As it is now: it may be edited on while it is on its way.
  form.append('file', new File([await file.arrayBuffer()], file.name), file.name)
  const query = version === undefined ? {} : { version }
  const path = { draft_id: id }
  return ask(api.PUT('/api/catalogue/drafts/{draft_id}/workbook', { params: { path, query }, body: form as never, bodySerializer: () => form }))
}
