import { describe, expect, it } from 'vitest'
import type { Matter } from '@/matters/catalogue'
import { newDraft, type DraftPhoto } from './draft'
import { lacking } from './submit'

const MATTER = { photos_before: { min: 1, max: 6 } } as Matter
const PLACE = { lng: 120.3, lat: 31.8, accuracy_m: 12, source: 'gps' as const }
const whole = { ...newDraft(), place: PLACE, photos: [{} as DraftPhoto] }

describe('a report says what it still lacks, one thing at a time', () => {
  it('the place', () => expect(lacking({ ...whole, place: null }, null)).toContain('地点'))
  it('the matter', () => expect(lacking(whole, null)).toContain('事项'))
  it('photos', () => expect(lacking({ ...whole, photos: [] }, MATTER)).toContain('1 张照片'))
  it('nothing; words are never required', () => expect(lacking(whole, MATTER)).toBe(''))
  it('a photo of how it is now, where it was settled on the spot', () => {
    const matter = { ...MATTER, self_handle: true, photos_after: { min: 0, max: 3 } } as Matter
    expect(lacking({ ...whole, selfHandled: true }, matter)).toContain('处理后的照片')
    expect(lacking({ ...whole, selfHandled: true, afterPhotos: [{} as DraftPhoto] }, matter)).toBe('')
    expect(lacking({ ...whole, selfHandled: true }, { ...matter, self_handle: false })).toBe('')
  })
})
