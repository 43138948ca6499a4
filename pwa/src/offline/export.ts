/* An unsent item as one file that any browser opens: what was written and the photos. The last way out for work that the
   server will not take; nothing leaves the phone but by the person's own hand. */
import { dayAndTime } from '@/lib/time_words'
import { t } from '@/locales/t'
import type { OutboxItem, Photo } from './outbox'

const ESCAPED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (words: string): string => words.replace(/[&<>"]/g, (one) => ESCAPED[one]!)

function base64(bytes: ArrayBuffer): string {
  let text = ''
  // Spread at once, a photo is more arguments than a call can have.
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte)
  return btoa(text)
}

/** A page of its own, without scripts; `why` is what the server said. */
export function exportedPage(item: OutboxItem, photos: Photo[], why: string, now: Date): string {
  const place = item.body.place
  const lines = [
    dayAndTime(new Date(item.savedAt), now),
    item.kind === 'action' && item.caseCode ? t('sent.code', { code: item.caseCode }) : '',
    item.body.words ?? '',
    place ? `${place.lat.toFixed(6)}, ${place.lng.toFixed(6)} (WGS84)` : '',
    why,
  ].filter(Boolean)
  const body = [
    `<h1>${escape(item.title)}</h1>`,
    ...lines.map((line) => `<p>${escape(line)}</p>`),
    ...photos.map((photo) => `<p><img src="data:${escape(photo.type || 'image/jpeg')};base64,${base64(photo.bytes)}" alt=""></p><p>SHA-256 ${photo.sha256}</p>`),
  ]
  return `<!doctype html><meta charset="utf-8"><title>${escape(item.title)}</title><style>img{max-width:100%}body{font-family:sans-serif}</style>${body.join('\n')}`
}

export function saveFile(name: string, page: string): void {
  const url = URL.createObjectURL(new Blob([page], { type: 'text/html' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
