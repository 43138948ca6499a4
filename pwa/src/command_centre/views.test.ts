import { expect, it } from 'vitest'
import { parseAddress } from '@/lib/address'
import { netPageAt, viewAt } from './views'

it.each([
  ['', 'command', 'browser'],
  ['#/', 'command', 'browser'],
  ['#/cases/0190', 'command', 'browser'],
  ['#/anything/else', 'command', 'browser'],
  ['#/net', 'net', 'browser'],
  ['#/net/320281104206001?on=2026-11-20', 'net', 'browser'],
  ['#/net/drafts?new=1', 'net', 'drafts'],
  ['#/net/imports', 'net', 'imports'],
  ['#/net/matters', 'net', 'matters'],
  ['#/patrols?on=2026-11-23', 'patrols', 'browser'],
  ['#/staff/0190', 'staff', 'browser'],
  ['#/squads/xxk-squad-1', 'squads', 'browser'],
  ['#/rules/in-force/trial', 'rules', 'browser'],
])('%s leads to %s', (hash, view, page) => {
  const { parts } = parseAddress(hash)
  expect(viewAt(parts)).toBe(view)
  if (view === 'net') expect(netPageAt(parts)).toBe(page)
})
