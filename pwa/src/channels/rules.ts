/* The county's rules of telling, as they are shown and as they are sent: only where they depart from the usual. Pure. */
import type { Schemas } from '@/api/client'
import { durationWords } from '@/lib/time_words'
import { TO_BE_TAKEN } from '@/notices/notice'
import { n } from '@/notices/words'
import { h } from './words'

export type Rules = Schemas['RulesOut']
export type Rule = Schemas['NoticeRuleOut']
export type Step = Schemas['StepOut']

export const SEVERITIES: Rule['severity'][] = ['emergency', 'urgent', 'normal', 'minor']
export const OUTGOING = ['web_push', 'robot', 'sms', 'mail'] as const
export const WAKES: Rule['wakes'][] = ['nobody', 'leader', 'everybody']
export const RECEIVERS: Step['receiver'][] = ['next_person', 'squad_leader', 'whole_squad', 'operator']

/** As the phones do it: an emergency for a squad sounds until it is taken, another until it is read. */
export function ringWord({ kind, severity }: Rule): 'rule.rings' | 'rule.rings_on' | 'rule.rings_read' {
  if (severity !== 'emergency') return 'rule.rings'
  return TO_BE_TAKEN.has(kind) ? 'rule.rings_on' : 'rule.rings_read'
}

/** 推送、邮件 · 响铃 · 每 5 分重复，最多 2 次 */
export function ruleWords(rule: Rule): string[] {
  const channels = OUTGOING.filter((one) => rule.channels.includes(one)).map((one) => n(`channel.${one}`))
  return [
    channels.length ? channels.join(h('between')) : h('rule.in_app_only'),
    rule.rings ? h(ringWord(rule)) : '',
    rule.wait_s ? h('rule.waits', { d: durationWords(rule.wait_s) }) : '',
    rule.repeat_s && rule.repeats ? h('rule.repeats', { d: durationWords(rule.repeat_s), n: rule.repeats }) : '',
    rule.wakes === 'nobody' ? '' : h(`rule.wakes.${rule.wakes}`),
  ].filter(Boolean)
}

/** With one rule changed; `ladder` left out stays. What is as usual is left out: the server knows it. */
export function bodyWith(rules: Rules, changed: Rule | null, ladder?: Step[]): Schemas['RulesIn'] {
  const own = rules.rules.map((rule) => (changed && rule.kind === changed.kind && rule.severity === changed.severity ? { ...changed, is_usual: false } : rule))
  return {
    rules: own.filter((rule) => !rule.is_usual).map(({ kind_words: _words, is_usual: _usual, ...rule }) => rule),
    ladder: ladder ?? (rules.ladder_is_usual ? [] : rules.ladder),
  }
}

/** Those of one rule are as usual again. */
export function bodyWithout(rules: Rules, { kind, severity }: Rule): Schemas['RulesIn'] {
  return bodyWith({ ...rules, rules: rules.rules.filter((rule) => rule.kind !== kind || rule.severity !== severity) }, null)
}

/** A code that no other step has. */
export function newStep(ladder: readonly Step[]): Step {
  let number = ladder.length + 1
  while (ladder.some(({ code }) => code === `step-${number}`)) number++
  return { code: `step-${number}`, severities: ['normal'], after_s: 30 * 60, receiver: 'squad_leader' }
}
