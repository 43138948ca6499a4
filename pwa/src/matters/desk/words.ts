/* The words of the desk's screens about the catalogue; what phone and desk share is in locales/t. */
import { translator } from '@/locales/t'
import en from '@/locales/catalogue.en.json'
import zh from '@/locales/catalogue.zh-CN.json'

export type CatalogueWord = keyof typeof zh

export const c = translator<CatalogueWord>(zh, en)
