import { expect, it } from 'vitest'
import type { Matter } from '../catalogue'
import { contentOf, copyOf, emptyMatter, keepForm, keptForm, withCode } from './matter_form'

const matter = (code: string): Matter =>
  ({
    ...emptyMatter(), code, kind: 'event', major_code: code.slice(0, 3), initials: 'x', name: '暴露生活垃圾', department: { code: 'u', name: '所' },
    conditions: [{ ...emptyMatter().conditions[0]!, code: `${code}-1` }, { ...emptyMatter().conditions[0]!, code: `${code}-3` }],
  }) as unknown as Matter

it('sends back what the server takes, and nothing that follows from it', () => {
  const content = contentOf(matter('E0110'))
  expect(content.department_code).toBe('u')
  expect(Object.keys(content)).not.toEqual(expect.arrayContaining(['kind']))
  expect(content).not.toHaveProperty('department')
})

it('copies under the next free code, counted down, conditions along', () => {
  const copy = copyOf(matter('E0110'), [matter('E0199'), matter('E0198')])
  expect([copy.code, copy.name, copy.conditions.map((one) => one.code)]).toEqual(['E0197', '', ['E0197-1', 'E0197-3']])
})

it('numbers conditions that have no number', () => {
  const content = { ...contentOf(matter('E0110')) }
  content.conditions.push({ ...emptyMatter().conditions[0]!, code: '' })
  expect(withCode(content, 'E0111').conditions.map((one) => one.code)).toEqual(['E0111-1', 'E0111-3', 'E0111-4'])
})

it('keeps what was typed until it is saved or thrown away', () => {
  const form = { code: 'E0110', matter: contentOf(matter('E0110')) }
  keepForm('d', form)
  expect(keptForm('d')).toEqual(form)
  keepForm('d', null)
  expect(keptForm('d')).toBe(null)
})
