import { expect, it } from 'vitest'
import { parseTime } from './time_text'

it.each([
  ['8', '08:00'],
  ['20', '20:00'],
  ['830', '08:30'],
  ['2030', '20:30'],
  ['8:05', '08:05'],
  ['２０：３０', '20:30'],
  ['24:00', '00:00'],
  ['25', null],
  ['8:60', null],
  ['', null],
  ['上午八点', null],
])('reads %s as %s', (text, time) => {
  expect(parseTime(text)).toBe(time)
})
