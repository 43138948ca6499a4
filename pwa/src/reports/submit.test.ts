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
})
