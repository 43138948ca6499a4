/* What the browser says of the link (Network Information API, Chromium only; elsewhere nothing is known). */
interface Connection {
  type?: string
  effectiveType?: string
}

const connection = (): Connection => (navigator as { connection?: Connection }).connection ?? {}

/** 2g or worse, as the browser measured it: a few kilobytes get through, a photo hardly. */
export const isPoorLink = (): boolean => /2g$/.test(connection().effectiveType ?? '')

/** Known to cost nothing. */
export const isWifi = (): boolean => ['wifi', 'ethernet'].includes(connection().type ?? '')
