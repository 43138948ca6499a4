/* SHA-256 in lower-case hex. The browser's own where it offers one; over plain http on a town's network it does not, and
   then the arithmetic of FIPS 180-4 here. */

export async function sha256Hex(bytes: ArrayBuffer): Promise<string> {
  const digest = globalThis.crypto?.subtle ? new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)) : sha256(new Uint8Array(bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function primes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime)) found.push(n)
  return found
}

/** The first 32 bits of the fractional part. */
const fraction = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) >>> 0
const ROUND = Uint32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)))
const START = Uint32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)))
const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by))

function padded(message: Uint8Array): DataView {
  const length = Math.ceil((message.length + 9) / 64) * 64
  const view = new DataView(new ArrayBuffer(length))
  new Uint8Array(view.buffer).set(message)
  view.setUint8(message.length, 0x80)
  view.setBigUint64(length - 8, BigInt(message.length) * 8n)
  return view
}

export function sha256(message: Uint8Array): Uint8Array {
  const input = padded(message)
  const state = START.slice()
  const w = new Uint32Array(64)
  for (let block = 0; block < input.byteLength; block += 64) {
    for (let i = 0; i < 64; i++) w[i] = i < 16 ? input.getUint32(block + i * 4) : expand(w, i)
    compress(state, w)
  }
  const out = new DataView(new ArrayBuffer(32))
  state.forEach((word, i) => out.setUint32(i * 4, word))
  return new Uint8Array(out.buffer)
}

function expand(w: Uint32Array, i: number): number {
  const a = w[i - 15]!
  const b = w[i - 2]!
  const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)
  const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)
  return w[i - 16]! + s0 + w[i - 7]! + s1
}

function compress(state: Uint32Array, w: Uint32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i]! + w[i]!) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = state[i]! + word))
}
