/* In which order reminders are shown. */
import type { Escalation } from './inbox'

const SEVERITIES: Escalation['severity'][] = ['emergency', 'urgent', 'normal', 'minor']

/** One a case, the worst of it: emergencies before all else, then by how much of the time was used, then the newest. */
export function worstFirst(escalations: readonly Escalation[]): Escalation[] {
  const sorted = [...escalations].sort(
    (a, b) =>
      Number(b.severity === 'emergency') - Number(a.severity === 'emergency') ||
      (b.percent ?? 0) - (a.percent ?? 0) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      b.sent_at.localeCompare(a.sent_at),
  )
  return sorted.filter((one, place) => sorted.findIndex((other) => other.case_id === one.case_id) === place)
}
