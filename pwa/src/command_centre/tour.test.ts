import { beforeEach, expect, it } from 'vitest'
import { hasHadTour, placeCard, rememberTour, TOUR } from './tour'

beforeEach(() => localStorage.clear())

it('is offered once to each person, and to nobody on a screen that greets nobody', () => {
  expect(hasHadTour('a')).toBe(false)
  rememberTour('a')
  rememberTour('a')
  expect([hasHadTour('a'), hasHadTour('b')]).toEqual([true, false])
  localStorage.setItem('suozi.tour', '*')
  expect(hasHadTour('b')).toBe(true)
  expect(TOUR.length).toBeGreaterThanOrEqual(4)
  expect(TOUR.length).toBeLessThanOrEqual(6)
})

it('puts its card beside what it explains and inside the window', () => {
  const window = { width: 1440, height: 900 }
  const card = { width: 340, height: 200 }
  const box = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom })
  expect(placeCard(box(0, 52, 320, 900), card, window)).toEqual({ left: 336, top: 52 })
  expect(placeCard(box(1040, 52, 1440, 900), card, window)).toEqual({ left: 684, top: 52 })
  expect(placeCard(box(0, 0, 1440, 52), card, window)).toEqual({ left: 16, top: 68 })
  expect(placeCard(box(320, 880, 1040, 900), card, window).top).toBe(684)
})
