/* A member's duty in words: what they said of themselves, or why they are not on duty. */
import { t } from '@/locales/t'
import type { DutyMember } from './duty'

export function dutyWords({ on_duty, standing, status }: Pick<DutyMember, 'on_duty' | 'standing' | 'status'>): string {
  if (on_duty) return status?.name ?? t('duty_base.available')
  return t(`standing.${standing}`)
}

export function dutyTone({ on_duty, base }: Pick<DutyMember, 'on_duty' | 'base'>): 'ok' | 'warn' | 'info' | 'idle' {
  if (!on_duty) return 'idle'
  if (base === 'available') return 'ok'
  return base === 'busy' ? 'warn' : 'info'
}
