/* Where and when a JPEG says it was taken: GPS position and DateTimeOriginal from its EXIF block (JEITA CP-3451). Reads
   nothing else, changes nothing. Phones strip these from most files that they hand to a web page, so they are a hint. */
import type { LngLat } from './distance'

export interface Exif {
  place: LngLat | null
  /** Wall clock of the camera, "2026:11:20 14:02:00"; EXIF knows no zone. */
  takenAt: string | null
}

const NOTHING: Exif = { place: null, takenAt: null }
const JPEG_START = 0xffd8
const APP1 = 0xffe1
const SCAN_START = 0xffda
const EXIF_MARK = 0x45786966
const TAG = { latRef: 1, lat: 2, lngRef: 3, lng: 4, exifIfd: 0x8769, gpsIfd: 0x8825, dateTimeOriginal: 0x9003 }
const RATIONAL_BYTES = 8

/** Positions are WGS84 degrees. Anything cut short, malformed or absent gives nulls. */
export function readExif(bytes: ArrayBuffer): Exif {
  try {
    const block = exifBlock(new DataView(bytes))
    return block ? readTiff(block) : NOTHING
  } catch (error) {
    if (error instanceof RangeError) return NOTHING
    throw error
  }
}

function exifBlock(jpeg: DataView): DataView | null {
  if (jpeg.byteLength < 4 || jpeg.getUint16(0) !== JPEG_START) return null
  for (let at = 2; at + 4 <= jpeg.byteLength; ) {
    const marker = jpeg.getUint16(at)
    if (marker < 0xff00 || marker === SCAN_START) return null
    const length = jpeg.getUint16(at + 2)
    if (marker === APP1 && jpeg.getUint32(at + 4) === EXIF_MARK) return new DataView(jpeg.buffer, jpeg.byteOffset + at + 10, length - 8)
    at += 2 + length
  }
  return null
}

interface Entry {
  count: number
  /** Where the four value bytes stand. */
  at: number
}

function readTiff(tiff: DataView): Exif {
  const little = tiff.getUint16(0) === 0x4949
  const u16 = (at: number): number => tiff.getUint16(at, little)
  const u32 = (at: number): number => tiff.getUint32(at, little)

  function directory(at: number): Map<number, Entry> {
    const entries = new Map<number, Entry>()
    for (let i = 0; i < u16(at); i++) entries.set(u16(at + 2 + i * 12), { count: u32(at + 6 + i * 12), at: at + 10 + i * 12 })
    return entries
  }
  const sub = (entry: Entry | undefined): Map<number, Entry> => (entry ? directory(u32(entry.at)) : new Map())

  function text(entry: Entry | undefined): string | null {
    if (!entry) return null
    const start = entry.count > 4 ? u32(entry.at) : entry.at
    const codes = Array.from({ length: Math.min(entry.count, 64) }, (_, i) => tiff.getUint8(start + i))
    return String.fromCharCode(...codes.filter((code) => code > 0))
  }

  function degrees(value: Entry | undefined, ref: Entry | undefined, limit: number): number | null {
    if (!value || value.count !== 3) return null
    const part = (i: number): number => u32(u32(value.at) + i * RATIONAL_BYTES) / u32(u32(value.at) + i * RATIONAL_BYTES + 4)
    const size = part(0) + part(1) / 60 + part(2) / 3600
    if (!Number.isFinite(size) || size > limit) return null
    return /[SW]/.test(text(ref) ?? '') ? -size : size
  }

  const main = directory(u32(4))
  const gps = sub(main.get(TAG.gpsIfd))
  const lng = degrees(gps.get(TAG.lng), gps.get(TAG.lngRef), 180)
  const lat = degrees(gps.get(TAG.lat), gps.get(TAG.latRef), 90)
  // Cameras without a fix write 0, 0.
  const place = lng === null || lat === null || (lng === 0 && lat === 0) ? null : { lng, lat }
  return { place, takenAt: text(sub(main.get(TAG.exifIfd)).get(TAG.dateTimeOriginal)) }
}
