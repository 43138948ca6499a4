import { expect, test } from 'vitest'
import { addressOf, placeOf, readPush } from './push_message'

const ORIGIN = 'https://suozi.example'
const told = (more: object = {}) =>
  JSON.stringify({
    web_push: 8030,
    notification: { title: '新任务', body: '你有 1 件新任务，请打开梭子查看', navigate: `${ORIGIN}/?notice=n-1#/cases/c-1`, tag: 'n-1', lang: 'zh-CN', ...more },
    app_badge: 3,
  })

test('says what the server says, and leads to the case of the notice', () => {
  expect(readPush(told(), ORIGIN, 'zh-CN')).toEqual({
    title: '新任务', body: '你有 1 件新任务，请打开梭子查看', tag: 'n-1', lang: 'zh-CN', badge: 3, path: '/cases/c-1', notice: 'n-1',
  })
})

test.each(['', 'no json', '[]', '"text"', '{"notification":{"title":"x"}}', told({ title: 5 })])('an unreadable message (%s) is neutral', (text) => {
  expect(readPush(text, ORIGIN, 'zh-CN')).toMatchObject({ title: '梭子', body: '有新消息，请打开梭子查看', path: '/notices', notice: null })
  expect(readPush(text, ORIGIN, 'en-GB').title).toBe('Suozi')
})

test('no message leads out of the app', () => {
  for (const navigate of ['https://elsewhere.example/#/cases/c-1', 'javascript:alert(1)', `${ORIGIN}/#//elsewhere.example`, `${ORIGIN}/api/session`, 7]) {
    expect(placeOf(navigate, ORIGIN).path).toBe('/notices')
  }
  expect(placeOf(`${ORIGIN}/#/notices`, ORIGIN)).toEqual({ path: '/notices', notice: null })
})

test('a new window is told which notice it was opened for', () => {
  expect(addressOf({ path: '/cases/c-1', notice: 'n 1' })).toBe('/cases/c-1?notice=n+1')
  expect(addressOf({ path: '/notices', notice: null })).toBe('/notices')
})
