/* From the file that the camera hands over to the bytes that we keep and send. */
import { readExif, type Exif } from './exif'
import { sha256Hex } from './sha256'

const LONGEST_SIDE_PX = 1600
const JPEG_QUALITY = 0.85

export interface TakenPhoto {
  sha256: string
  type: string
  bytes: ArrayBuffer
  exif: Exif
}

export class NotAPhoto extends Error {}

/** Shrinks to 1600 px, upright, as JPEG; an image that this browser cannot decode (HEIC) is kept as it is for the server to
    convert. Rejects with NotAPhoto what does not even begin like an image. */
export async function readPhotoFile(file: File): Promise<TakenPhoto> {
  const original = await file.arrayBuffer()
  const shrunk = await shrink(file)
  if (!shrunk && !beginsLikeAnImage(original)) throw new NotAPhoto(file.name)
  const bytes = shrunk ?? original
  return { bytes, type: shrunk ? 'image/jpeg' : file.type, sha256: await sha256Hex(bytes), exif: readExif(original) }
}

/** JPEG, PNG, WebP, and the HEIF family, by the bytes that their formats begin with. */
function beginsLikeAnImage(bytes: ArrayBuffer): boolean {
  const start = String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(12, bytes.byteLength)))
  return start.startsWith('\xff\xd8\xff') || start.startsWith('\x89PNG') || /^RIFF....WEBP/s.test(start) || start.slice(4, 8) === 'ftyp'
}

async function shrink(file: File): Promise<ArrayBuffer | null> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null)
  if (!bitmap) return null
  const bytes = await drawJpeg(bitmap, bitmap.width, bitmap.height)
  bitmap.close()
  return bytes
}

/** What the camera sees now, as readPhotoFile would give it. Rejects with NotAPhoto while there is no picture. */
export async function readFrame(video: HTMLVideoElement): Promise<Omit<TakenPhoto, 'exif'>> {
  const bytes = video.videoWidth ? await drawJpeg(video, video.videoWidth, video.videoHeight) : null
  if (!bytes) throw new NotAPhoto('no picture')
  return { bytes, type: 'image/jpeg', sha256: await sha256Hex(bytes) }
}

async function drawJpeg(source: CanvasImageSource, width: number, height: number): Promise<ArrayBuffer | null> {
  const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', JPEG_QUALITY))
  return blob ? blob.arrayBuffer() : null
}
