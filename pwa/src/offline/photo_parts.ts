/* A photo by itself. A small one goes whole; a larger one in parts, and after a cut from where the server says it has got. */
import type { Schemas } from '@/api/client'
import type { Photo } from './outbox'
import { exchange, put, receiptIn, type Refusal, type Reply } from './wire'

/** What a cut connection costs at most. */
export const PART_BYTES = 256 * 1024
/** A part that is not the next, or a whole that arrived damaged, is begun again so often in one go. */
const MOST_SETBACKS = 2

type Parts = Schemas['PartsOfReportPhoto'] | Schemas['PartsOfActionPhoto']

export async function putPhoto(path: string, id: string, photo: Photo): Promise<Reply> {
  const size = photo.bytes.byteLength
  if (size <= PART_BYTES) return put(`${path}/photos/${photo.sha256}`, id, photo.bytes, size)
  const parts = `${path}/photos/${photo.sha256}/parts`
  let here = read(await exchange('GET', parts), id)
  for (let setbacks = 0; here.kind === 'here'; ) {
    const start = here.bytes
    const part = photo.bytes.slice(start, start + PART_BYTES)
    here = read(await exchange('PUT', `${parts}/${start}?size=${size}`, part, part.byteLength), id)
    if (here.kind === 'here' && here.bytes <= start && ++setbacks > MOST_SETBACKS) return { kind: 'server', problem: null }
  }
  return here
}

function read(answer: Awaited<ReturnType<typeof exchange>>, id: string): { kind: 'here'; bytes: number } | Reply {
  if (answer.kind !== 'answer') return goOnFrom(answer)
  const parts = answer.json as Partial<Parts> | null
  if (parts?.receipt) return receiptIn(parts.receipt, id)
  return typeof parts?.received_bytes === 'number' ? { kind: 'here', bytes: parts.received_bytes } : { kind: 'foreign', problem: null }
}

/** Another tab, or a try whose answer was lost, has got elsewhere: the server says where. */
function goOnFrom(refusal: Refusal): { kind: 'here'; bytes: number } | Refusal {
  const { problem } = refusal
  if (problem?.code !== 'wrong_photo_part') return refusal
  return { kind: 'here', bytes: (problem as { received_bytes?: number }).received_bytes ?? 0 }
}
