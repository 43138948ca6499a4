/* Problems in groups, the ones that forbid publication first; and the words for their kinds. Pure. */
import zh from '@/locales/drafts.zh-CN.json'
import type { GridProblem } from './draft'
import { w } from './words'

export interface Group {
  kind: string
  severity: GridProblem['severity']
  problems: GridProblem[]
}

/** Errors before warnings, the most frequent kind first. A kind that has both counts as errors. */
export function groupsOf(problems: GridProblem[]): Group[] {
  const groups = new Map<string, Group>()
  for (const problem of problems) {
    const group = groups.get(problem.kind) ?? { kind: problem.kind, severity: problem.severity, problems: [] }
    group.problems.push(problem)
    if (problem.severity === 'error') group.severity = 'error'
    groups.set(problem.kind, group)
  }
  const rank = (group: Group) => (group.severity === 'error' ? 0 : 1)
  return [...groups.values()].sort((a, b) => rank(a) - rank(b) || b.problems.length - a.problems.length)
}

export function errorsOf(problems: GridProblem[]): number {
  return problems.filter(({ severity }) => severity === 'error').length
}

/** A kind that we do not know yet is shown by its code rather than not at all. */
export function problemWord(kind: string): string {
  const key = `problem.kind.${kind}`
  return key in zh ? w(key as keyof typeof zh) : kind
}
