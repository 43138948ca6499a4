/* Sends a file and says how far it is. By XMLHttpRequest, because fetch does not tell the progress of an upload. */
import { failureOf, reportSignedOut, type Answer } from '@/api/client'
import { language } from '@/locales/t'
import type { Import } from './import'

export interface Upload {
  answer: Promise<Answer<Import>>
  cancel: () => void
}

/** `onProgress` gets the part sent, 0 to 1; at 1 the server reads the file. */
export function uploadFile(id: string, file: File, onProgress: (part: number) => void): Upload {
  const request = new XMLHttpRequest()
  const answer = new Promise<Answer<Import>>((resolve) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0)
    request.upload.onload = () => onProgress(1)
    request.onload = () => resolve(answerOf(request))
    request.onerror = request.onabort = request.ontimeout = () => resolve({ ok: false, failure: { kind: 'network' } })
  })
  request.open('PUT', `/api/net/imports/${id}`)
  request.setRequestHeader('Accept-Language', language.value)
  const form = new FormData()
  form.append('file', file)
  request.send(form)
  return { answer, cancel: () => request.abort() }
}

function answerOf(request: XMLHttpRequest): Answer<Import> {
  const body = bodyOf(request)
  if (request.status >= 200 && request.status < 300 && body) return { ok: true, data: body as Import }
  if (request.status === 401) reportSignedOut()
  const headers = { 'content-type': request.getResponseHeader('content-type') ?? '' }
  return { ok: false, failure: failureOf(new Response(null, { status: 500, headers }), body) }
}

function bodyOf(request: XMLHttpRequest): unknown {
  try {
    return JSON.parse(request.responseText)
  } catch {
    return undefined
  }
}
