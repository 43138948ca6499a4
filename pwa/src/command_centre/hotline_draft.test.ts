import { beforeEach, expect, it } from 'vitest'
import { callBody, dropCall, keepCall, keptCall, lacksOfCall, newCall } from './hotline_draft'

const AT = new Date('2026-11-23T04:00:00Z')

beforeEach(() => localStorage.clear())

it('is kept for its writer until it is acknowledged', () => {
  const draft = { ...newCall(AT), words: '井盖没了' }
  keepCall('a', draft)
  expect(keptCall('a', AT)).toEqual(draft)
  expect(keptCall('b', AT).words).toBe('')
  dropCall('a')
  expect(keptCall('a', AT).words).toBe('')
})

it('is a new one when what was kept cannot be read', () => {
  localStorage.setItem('suozi.call.a', '{"id":')
  expect(keptCall('a', AT).words).toBe('')
})

it('says what is missing and sends no empty contact', () => {
  const draft = { ...newCall(AT), words: '井盖没了', matter: 'E0101', place: { lng: 120.3, lat: 31.8 } }
  expect(lacksOfCall(newCall(AT))).toEqual(['matter', 'place', 'words'])
  expect(lacksOfCall(draft)).toEqual([])
  expect(callBody(draft).contact).toBeNull()
  expect(callBody({ ...draft, phone: ' 139 ' }).contact).toEqual({ name: null, phone: '139' })
})
