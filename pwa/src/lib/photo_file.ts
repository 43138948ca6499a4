/* From the file that the camera hands over to the bytes that we keep and send. */
import { readExif, type Exif } from './exif'
import { flawOf, LOOKED_AT_PX, type Flaw } from './photo_quality'
import { sha256Hex } from './sha256'

const LONGEST_SIDE_PX = 1600
const JPEG_QUALITY = 0.85

export interface TakenPhoto {
  sha256: string
  type: string
  bytes: ArrayBuffer
  exif: Exif
  /** What the person is warned of while it can be taken again. */
  flaw: Flaw | null
  /** The file as the camera made it, where `bytes` are a smaller picture of it and it was asked for. */
  original?: { sha256: string; type: string; bytes: ArrayBuffer }
}

export class NotAPhoto extends Error {}

/** Shrinks to 1600 px, upright, as JPEG; an image that this browser cannot decode (HEIC) is kept as it is for the server to
    convert. Rejects with NotAPhoto what does not even begin like an image. */
export async function readPhotoFile(file: File, { withOriginal = false } = {}): Promise<TakenPhoto> {
  const original = await file.arrayBuffer()
  const small = await shrink(file)
  if (!small && !beginsLikeAnImage(original)) throw new NotAPhoto(file.name)
  const bytes = small?.bytes ?? original
  return {
    bytes,
    type: small ? 'image/jpeg' : file.type,
    sha256: await sha256Hex(bytes),
    exif: readExif(original),
    flaw: small?.flaw ?? null,
    ...(withOriginal && small && { original: { sha256: await sha256Hex(original), type: file.type, bytes: original } }),
  }
}

/** Hands the photo to the browser's own downloads: the way out when we cannot store it. */
export function savePhoto(photo: Pick<TakenPhoto, 'bytes' | 'type' | 'sha256'>, n: number): void {
  const url = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type || 'image/jpeg' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `suozi-${n}-${photo.sha256.slice(0, 8)}.${photo.type === 'image/heic' ? 'heic' : 'jpg'}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** JPEG, PNG, WebP, and the HEIF family, by the bytes that their formats begin with. */
function beginsLikeAnImage(bytes: ArrayBuffer): boolean {
  const start = String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(12, bytes.byteLength)))
  return start.startsWith('\xff\xd8\xff') || start.startsWith('\x89PNG') || /^RIFF....WEBP/s.test(start) || start.slice(4, 8) === 'ftyp'
}

/** Its size as seen upright, from the header alone: the whole picture in memory is what kills cheap phones. */
async function sizeOf(file: File): Promise<{ width: number; height: number } | null> {
  const url = URL.createObjectURL(file)
  const image = new Image()
  try {
    await new Promise((done, fail) => {
      image.onload = done
      image.onerror = fail
      image.src = url
    })
    return { width: image.naturalWidth, height: image.naturalHeight }
  } catch {
    return null
  } finally {
    URL.revokeObjectURL(url)
  }
}

async function shrink(file: File): Promise<{ bytes: ArrayBuffer; flaw: Flaw | null } | null> {
  const size = await sizeOf(file)
  if (!size) return null
  const { width, height } = shrunk(size, LONGEST_SIDE_PX)
  // Decoded and made smaller off the main thread, in one go.
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', resizeWidth: width, resizeHeight: height, resizeQuality: 'high' }).catch(() => null)
  if (!bitmap) return null
  const bytes = await drawJpeg(bitmap, width, height)
  const flaw = lookAt(bitmap, width, height)
  bitmap.close()
  return bytes && { bytes, flaw }
}

function shrunk({ width, height }: { width: number; height: number }, longestPx: number): { width: number; height: number } {
  const scale = Math.min(1, longestPx / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function lookAt(source: CanvasImageSource, fullWidth: number, fullHeight: number): Flaw | null {
  const { width, height } = shrunk({ width: fullWidth, height: fullHeight }, LOOKED_AT_PX)
  const pixels = drawn(source, width, height).getContext('2d')?.getImageData(0, 0, width, height)
  return pixels ? flawOf(pixels.data, width, height) : null
}

/** What the camera sees now, as readPhotoFile would give it. Rejects with NotAPhoto while there is no picture. */
export async function readFrame(video: HTMLVideoElement): Promise<Pick<TakenPhoto, 'bytes' | 'type' | 'sha256'>> {
  const bytes = video.videoWidth ? await drawJpeg(video, video.videoWidth, video.videoHeight) : null
  if (!bytes) throw new NotAPhoto('no picture')
  return { bytes, type: 'image/jpeg', sha256: await sha256Hex(bytes) }
}

function drawn(source: CanvasImageSource, width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.drawImage(source, 0, 0, width, height)
  return canvas
}

async function drawJpeg(source: CanvasImageSource, fullWidth: number, fullHeight: number): Promise<ArrayBuffer | null> {
  const { width, height } = shrunk({ width: fullWidth, height: fullHeight }, LONGEST_SIDE_PX)
  const canvas = drawn(source, width, height)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', JPEG_QUALITY))
  return blob ? blob.arrayBuffer() : null
}
