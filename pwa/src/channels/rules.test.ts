import { expect, test } from 'vitest'
import { bodyWith, bodyWithout, newStep, ruleWords, type Rule, type Rules } from './rules'

const rule = (kind: Rule['kind'], more: Partial<Rule> = {}): Rule => ({
  kind, kind_words: kind, severity: 'normal', channels: ['web_push'], wait_s: 0, repeat_s: null, repeats: 0, rings: false, wakes: 'nobody', is_usual: true, ...more,
})
const RULES: Rules = { rules: [rule('task'), rule('pressed', { rings: true, is_usual: false })], ladder: [], ladder_is_usual: true }

test('only what departs from the usual is sent, and nothing of how it is worded', () => {
  const body = bodyWith(RULES, rule('task', { wait_s: 60 }))
  expect(body.rules.map(({ kind, wait_s }) => [kind, wait_s])).toEqual([['task', 60], ['pressed', 0]])
  expect(body.rules[0]).not.toHaveProperty('kind_words')
  expect(bodyWithout(RULES, RULES.rules[1]!).rules).toEqual([])
})

test('a usual ladder stays the usual one', () => {
  const ladder = [newStep([])]
  expect(bodyWith({ ...RULES, ladder }, null).ladder).toEqual([])
  expect(bodyWith(RULES, null, ladder).ladder).toEqual(ladder)
  expect(newStep([{ ...ladder[0]!, code: 'step-2' }]).code).toBe('step-3')
})

test('says a rule in words', () => {
  expect(ruleWords(rule('task', { channels: ['sms', 'web_push'], severity: 'emergency', rings: true, repeat_s: 60, repeats: 10, wakes: 'leader' }))).toEqual([
    '推送、短信', '响铃到有人接单', '每 1 分再提醒，最多 10 次', '不在班的队长也通知',
  ])
  expect(ruleWords(rule('ended', { channels: [], wait_s: 1800 }))).toEqual(['只在应用内', '攒 30 分再发'])
})
