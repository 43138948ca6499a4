/* What a person is told when asking failed: what happened and what to do. */
import type { Failure } from './client'
import { t } from '@/locales/t'

export function failureWords(failure: Failure): string {
  if (failure.kind === 'network') return t('failure.network')
  if (failure.kind === 'foreign') return t('failure.foreign')
  const { detail, reference } = failure.problem
  return reference ? t('failure.reference', { detail, reference }) : detail
}
