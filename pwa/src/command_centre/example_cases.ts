/* A case for the tests of this folder, with what each test cares about put over it. */
import type { CaseSummary } from '@/api/client'

export const NOON = new Date('2026-11-23T04:00:00Z')

/** A time as the API gives it, this many minutes from noon in the town. */
export const fromNoon = (minutes: number): string => new Date(NOON.getTime() + minutes * 60_000).toISOString()

export function exampleCase(code: string, over: Partial<CaseSummary> = {}): CaseSummary {
  return {
    id: `id-${code}`,
    code,
    version: 1,
    status: 'handling',
    matter: { code: 'E0101', name: '暴露垃圾', icon: 'trash', major_name: '市容环境' },
    severity: 'normal',
    place: {
      lng: 120.36, lat: 31.8, accuracy_m: 12, grid_code: '320281104206003', grid_name: '璜塘村第3网格', village_name: '璜塘村', on_border: false,
    },
    words: '',
    opened_at: fromNoon(-30),
    source: 'staff',
    tier: 2,
    clock: 'handle',
    starts_at: fromNoon(-30),
    warn_at: fromNoon(66),
    due_at: fromNoon(90),
    updated_at: fromNoon(-30),
    closed_at: null,
    overdue_s: 0,
    squad: { code: 'xxk-squad-1', name: '综合执法一中队' },
    holder_name: '综合执法一中队',
    my_part: null,
    open_parts: 0,
    arrive_by: null,
    asked: [],
    resume_on: null,
    reply_by: null,
    send_back_count: 0,
    merged_into: null,
    why: '本辖区、在岗',
    reporter_name: '网格员 050',
    mine: false,
    rework_count: 0,
    satisfaction: null,
    cover_photo: null,
    allowed_actions: [],
    ...over,
  }
}
