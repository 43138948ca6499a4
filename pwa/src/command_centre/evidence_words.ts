/* The words of flags: what about the evidence of a case is worth a look. The facts themselves come as sentences from the server. */
import { translator } from '@/locales/t'
import en from '@/locales/evidence.en.json'
import zh from '@/locales/evidence.zh-CN.json'

export type EvidenceWord = keyof typeof zh

export const e = translator<EvidenceWord>(zh, en)
