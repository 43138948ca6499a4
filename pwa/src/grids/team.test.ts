import { expect, it } from 'vitest'
import { othersOf, teamOf, type CardPerson, type Duty } from './team'

const person = (name: string, duty: Duty | null): CardPerson => ({
  id: name, name, duty, role: 'worker', phone_masked: '', engagement: null, since: '2026-01-01', held_at: { code: '1', name: '璜塘村' },
})
const people = [person('甲', 'grid_worker'), person('乙', 'grid_chief'), person('丙', null), person('丁', 'grid_worker')]
const said = (lines: ReturnType<typeof teamOf>) => lines.map((line) => `${line.duty} ${line.people.map(({ name }) => name).join('')}`.trim())

it('is a chief and five, those missing too', () => {
  expect(said(teamOf(people, { isUnitGrid: true }))).toEqual([
    'grid_chief 乙', 'grid_worker 甲丁', 'duty_inspector', 'duty_info', 'duty_liaison', 'duty_patrol',
  ])
})

it('names the nearest first', () => {
  const above = { ...person('己', 'grid_chief'), held_at: { code: '320281104', name: '徐霞客镇' } }
  const here = { ...person('庚', 'grid_chief'), held_at: { code: '320281104206003', name: '璜塘村第3网格' } }
  expect(said(teamOf([above, here], { isUnitGrid: true }))[0]).toBe('grid_chief 庚己')
})

it('names an instructor first, but misses none', () => {
  expect(said(teamOf([person('戊', 'grid_instructor')], { isUnitGrid: true }))[0]).toBe('grid_instructor 戊')
})

it('is only who is there at other grids', () => {
  expect(said(teamOf(people, { isUnitGrid: false }))).toEqual(['grid_chief 乙', 'grid_worker 甲丁'])
  expect(othersOf(people).map(({ name }) => name)).toEqual(['丙'])
})
