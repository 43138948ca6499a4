/* The words of phone trackers, on the phone and the desk. */
import { translator } from '@/locales/t'
import en from '@/locales/trackers.en.json'
import zh from '@/locales/trackers.zh-CN.json'
import { appsOf, type OtherWay, type Protocol, type TrackerApp } from './apps'

export type TrackerWord = keyof typeof zh

export const k = translator<TrackerWord>(zh, en)

/** What people call it: apps have a name of their own, the other ways do not. */
export const called = (app: TrackerApp): string => (app.runsOn === 'anything' ? k(`called.${app.key as OtherWay}`) : app.card)

/** Traccar Client / OsmAnd */
export const calledAll = (protocol: Protocol): string => appsOf(protocol).map(called).join(' / ')
