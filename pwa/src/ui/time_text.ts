/* Times of day as people type them. Pure. */

/** `8`, `800`, `8:00`, `８：００` are all `08:00`; `24:00` is midnight; null for what is no time. */
export function parseTime(text: string): string | null {
  const plain = text.normalize('NFKC').trim()
  const match = /^(\d{1,2})(?:[:.](\d{2})|(\d{2}))?$/.exec(plain)
  if (!match) return null
  const hours = Number(match[1])
  const minutes = Number(match[2] ?? match[3] ?? 0)
  if (hours === 24 && minutes === 0) return '00:00'
  if (hours > 23 || minutes > 59) return null
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}
