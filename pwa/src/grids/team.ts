/* The team of a grid in the order of 一长五员, with the duties that nobody holds. Pure. */
import type { Schemas } from '@/api/client'

export type CardPerson = Schemas['CardPerson']
export type Duty = NonNullable<CardPerson['duty']>

/** 一长五员: one chief and five. The instructor (指导员) guides them from outside and may be missing. */
const TEAM = ['grid_chief', 'grid_worker', 'duty_inspector', 'duty_info', 'duty_liaison', 'duty_patrol'] as const satisfies Duty[]

export interface DutyLine {
  duty: Duty
  /** Nobody: the duty is vacant. */
  people: CardPerson[]
}

/** The duties of a unit grid, held there or for it at a grid above; elsewhere only those that somebody holds. */
export function teamOf(people: CardPerson[], { isUnitGrid }: { isUnitGrid: boolean }): DutyLine[] {
  // The nearest first: the grid's own before those of the village and the town.
  const nearest = [...people].sort((a, b) => b.held_at.code.length - a.held_at.code.length)
  const of = (duty: Duty): DutyLine => ({ duty, people: nearest.filter((person) => person.duty === duty) })
  const team = TEAM.map(of).filter((line) => isUnitGrid || line.people.length > 0)
  const instructors = of('grid_instructor')
  return instructors.people.length ? [instructors, ...team] : team
}

/** Those whose post is no duty of a team: operators, inspectors, administrators. */
export function othersOf(people: CardPerson[]): CardPerson[] {
  return people.filter(({ duty }) => !duty)
}
