/// <reference types="node" />
/* The residents' script and style are served as they are written, to WebViews of 2017: nothing in them may be newer. */
import { readFileSync } from 'node:fs'
import { parse } from 'acorn'
import { describe, expect, it } from 'vitest'

const file = (name: string): string => readFileSync(`public/residents/${name}`, 'utf8')
const SCRIPT = file('residents.js')
const STYLE = file('residents.css').replaceAll(/\/\*[^]*?\*\//g, '')

describe('the residents’ script', () => {
  it('parses as ES5', () => {
    expect(() => parse(SCRIPT, { ecmaVersion: 5 })).not.toThrow()
  })

  it('is checked by a parser that knows what is newer', () => {
    for (const newer of ['var a = () => 1', 'a ?? b', 'a?.b', 'let a', '`a`', 'async function f() {}', 'f(a,)']) {
      expect(() => parse(newer, { ecmaVersion: 5 }), newer).toThrow()
    }
  })

  it('calls nothing that such a browser lacks', () => {
    const newer = /\b(fetch|Promise|Symbol|Map|Set|Object\.(assign|entries|values)|Array\.from)\b|\.(includes|closest|append\(\.\.\.|padStart|finally|replaceAll|forEach|remove\(\))/g
    expect(SCRIPT.match(newer)).toBeNull()
  })

  it('makes no markup from text', () => {
    expect(SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/)
  })
})

describe('the residents’ style', () => {
  it.each(['grid', 'gap', 'inset', 'aspect-ratio', 'var(', 'clamp(', 'min(', 'max(', ':is(', ':where(', ':has(', ':focus-visible', ':not(:', '@layer', '@supports', 'dvh'])(
    'does without %s',
    (newer) => expect(STYLE).not.toContain(newer),
  )
})
