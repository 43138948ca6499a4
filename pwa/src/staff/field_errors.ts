/* What the server found wrong, field by field, so that it can stand beside the field. Pure. */
import type { Failure } from '@/api/client'

export type FieldErrors = Record<string, string>

/** By dotted path, such as `posts.0.grid_code`. Several sentences about one field are joined. */
export function fieldErrorsOf(failure: Failure | null): FieldErrors {
  const errors: FieldErrors = {}
  if (failure?.kind !== 'problem') return errors
  for (const { field, message } of failure.problem.errors ?? []) {
    errors[field] = errors[field] ? `${errors[field]} ${message}` : message
  }
  return errors
}

/** The sentences of the fields that the form does not show, so that none is lost. */
export function otherErrors(errors: FieldErrors, shown: Iterable<string>): string[] {
  const known = new Set(shown)
  return Object.entries(errors).flatMap(([field, message]) => (known.has(field) ? [] : [message]))
}
