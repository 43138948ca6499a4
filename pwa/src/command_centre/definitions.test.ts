import { expect, it } from 'vitest'
import { DEFINED, definitionOf, definitionsOf } from './definitions'
import { GROUPS } from './queue'
import { SEVERITIES } from './queue_filter'

it('defines every group, severity, light and clock, and each in a full sentence', () => {
  expect(definitionsOf('group').toSorted()).toEqual([...GROUPS, 'open', 'ended'].map((group) => `group.${group}`).toSorted())
  expect(definitionsOf('severity')).toEqual(SEVERITIES.map((severity) => `severity.${severity}`))
  expect(definitionsOf('light')).toHaveLength(3)
  expect(definitionsOf('clock')).toHaveLength(4)
  for (const name of DEFINED) expect(definitionOf(name)).toMatch(/[。.]$/)
  expect(definitionOf('group.no_such')).toBe('')
})
