import { expect, it } from 'vitest'
import { exportedPage } from './export'
import type { ActionItem } from './outbox'

it('the exported page holds words, photos and the server’s reason, and runs nothing', () => {
  const item = {
    title: '处置完 · 暴露垃圾', kind: 'action', caseCode: 'ABCDE12345', savedAt: '2026-11-20T04:00:00Z',
    body: { words: '<script>alert(1)</script>', place: { lng: 120.3, lat: 31.8 } },
  } as unknown as ActionItem
  const photo = { sha256: 'a'.repeat(64), type: 'image/jpeg', bytes: new Uint8Array([255, 216, 255]).buffer }
  const page = exportedPage(item, [photo], '案件已改派', new Date('2026-11-20T04:00:00Z'))
  expect(page).toContain('data:image/jpeg;base64,/9j/')
  expect(page).toContain('案件已改派')
  expect(page).toContain('ABCDE12345')
  expect(page).not.toContain('<script>')
})
