/* Cases as marks of the map. Pure. */
import type { CaseSummary } from '@/api/client'
import type { CaseMark } from '@/map/case_marks'
import { isEnded, lightOfCase } from './queue'
import { c } from './casework_words'
import { d } from './words'

export function markOf(row: CaseSummary, now: Date): CaseMark {
  return { id: row.id, lng: row.place.lng, lat: row.place.lat, light: lightOfCase(row, now), severity: row.severity, note: noteOf(row), faded: isEnded(row), waits: row.status === 'pending_dispatch' }
}

/** What must not be overlooked nor hidden in a cluster: a case without a squad, a place to which squads are called. */
function noteOf(row: CaseSummary): string {
  if (isEnded(row)) return ''
  if (row.status === 'pending_dispatch') return d('map.waits')
  return row.arrive_by ? c('map.whistled') : ''
}
