/* The groups of the queue are told apart here and by the server: one table of examples holds the two together. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { CaseSummary } from '@/api/client'
import { exampleCase, fromNoon, NOON } from './example_cases'
import { GROUPS, isIn } from './queue'

interface Example {
  name: string
  row: Partial<{
    status: CaseSummary['status']
    severity: CaseSummary['severity']
    warn: number
    due: number
    asked: CaseSummary['asked']
    reply_by: number
    arrive_by: number
    ended: number
    updated: number
    send_back_count: number
    resume_in_days: number
    satisfaction: CaseSummary['satisfaction']
  }>
  groups: string[]
}

const EXAMPLES = JSON.parse(readFileSync('../tests/data/queue_groups.json', 'utf-8')) as Example[]

function written({ name, row }: Example): CaseSummary {
  const moment = (minutes: number | undefined) => (minutes === undefined ? null : fromNoon(minutes))
  return exampleCase(name, {
    status: row.status ?? 'pending_ack',
    severity: row.severity ?? 'normal',
    warn_at: fromNoon(row.warn ?? 60),
    due_at: fromNoon(row.due ?? 90),
    asked: row.asked ?? [],
    reply_by: moment(row.reply_by),
    arrive_by: moment(row.arrive_by),
    closed_at: moment(row.ended),
    updated_at: fromNoon(row.updated ?? row.ended ?? -30),
    send_back_count: row.send_back_count ?? 0,
    resume_on: row.resume_in_days === undefined ? null : fromNoon(row.resume_in_days * 24 * 60).slice(0, 10),
    satisfaction: row.satisfaction ?? null,
  })
}

describe('a case is in the groups in which the server lists it', () => {
  it.each(EXAMPLES)('$name', (example) => {
    const found = GROUPS.filter((group) => isIn(group, written(example), NOON))
    expect([...found].sort()).toEqual(GROUPS.filter((group) => example.groups.includes(group)).sort())
  })
})
