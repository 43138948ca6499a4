import { describe, expect, it } from 'vitest'
import { distanceM } from './distance'
import { toGcj02 } from './datum'
import { readExif } from './exif'
import { sha256 } from './sha256'
import { uuid7 } from './uuid7'

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

describe('SHA-256 agrees with the browser’s own', () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 1000])('%d bytes', async (length) => {
    const message = Uint8Array.from({ length }, (_, i) => (i * 37) % 256)
    expect(hex(sha256(message))).toBe(hex(new Uint8Array(await crypto.subtle.digest('SHA-256', message))))
  })
  it('FIPS 180-4 example', () =>
    expect(hex(sha256(new TextEncoder().encode('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'))
})

describe('UUIDv7', () => {
  it('has version, variant and sorts by time', () => {
    const earlier = uuid7(new Date('2026-11-20T04:00:00.000Z'))
    const later = uuid7(new Date('2026-11-20T04:00:00.001Z'))
    expect(earlier).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(earlier < later).toBe(true)
  })
})

it('GCJ-02 is 486 m from WGS84 in the demo town', () => {
  const here = { lng: 120.3, lat: 31.8 }
  const shifted = toGcj02(here)
  expect(Math.abs(distanceM(here, shifted) - 486)).toBeLessThan(15)
})

/** A JPEG that is nothing but an EXIF block with a GPS directory. */
function jpegWithGps(little: boolean, lat: [number, number, number], latRef: string, lng: [number, number, number], lngRef: string): ArrayBuffer {
  const tiff = new DataView(new ArrayBuffer(150))
  const entry = (at: number, tag: number, type: number, count: number, value: number): void => {
    tiff.setUint16(at, tag, little)
    tiff.setUint16(at + 2, type, little)
    tiff.setUint32(at + 4, count, little)
    tiff.setUint32(at + 8, value, little)
  }
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d)
  tiff.setUint16(2, 42, little)
  tiff.setUint32(4, 8, little)
  tiff.setUint16(8, 1, little)
  entry(10, 0x8825, 4, 1, 26)
  tiff.setUint16(26, 4, little)
  ;[latRef, lngRef].forEach((ref, i) => {
    entry(28 + i * 24, 1 + i * 2, 2, 2, 0)
    tiff.setUint8(28 + i * 24 + 8, ref.charCodeAt(0))
  })
  ;[lat, lng].forEach((parts, i) => {
    entry(40 + i * 24, 2 + i * 2, 5, 3, 80 + i * 24)
    parts.forEach((part, j) => {
      tiff.setUint32(80 + i * 24 + j * 8, Math.round(part * 100), little)
      tiff.setUint32(80 + i * 24 + j * 8 + 4, 100, little)
    })
  })
  const head = [0xff, 0xd8, 0xff, 0xe1, 0, 150 + 8, 0x45, 0x78, 0x69, 0x66, 0, 0]
  return Uint8Array.from([...head, ...new Uint8Array(tiff.buffer), 0xff, 0xda]).buffer
}

describe('EXIF position', () => {
  it.each([true, false])('little endian: %s', (little) => {
    const { place } = readExif(jpegWithGps(little, [31, 48, 36], 'N', [120, 17, 24], 'E'))
    expect(place?.lat).toBeCloseTo(31.81, 6)
    expect(place?.lng).toBeCloseTo(120.29, 6)
  })
  it('south and west are negative', () => {
    expect(readExif(jpegWithGps(true, [33, 30, 0], 'S', [70, 30, 0], 'W')).place).toEqual({ lng: -70.5, lat: -33.5 })
  })
  it('0, 0 means that the camera had no fix', () => {
    expect(readExif(jpegWithGps(true, [0, 0, 0], 'N', [0, 0, 0], 'E')).place).toBeNull()
  })
  it('a file cut anywhere gives no position and no error', () => {
    const whole = jpegWithGps(true, [31, 48, 36], 'N', [120, 17, 24], 'E')
    for (let length = 0; length < 150; length++) expect(readExif(whole.slice(0, length)).place).toBeNull()
  })
  it('a PNG or text has none', () => {
    expect(readExif(new TextEncoder().encode('\x89PNG not a photo').buffer as ArrayBuffer).place).toBeNull()
  })
})
