/* What a ComboBox offers, and which of it matches what is typed. Pure. */

export interface ComboOption {
  value: string
  words: string
  /** A second, quieter line: the place above, the code. */
  more?: string
  /** What also finds it, such as its code and the initials of its pinyin. */
  keys?: string
}

const SHOWN = 60

/** Those that hold every typed word: words that begin with it first. An option is also found by `more` and `keys`. */
export function matchOptions(options: ComboOption[], typed: string): ComboOption[] {
  const wanted = typed.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (!wanted.length) return options.slice(0, SHOWN)
  const fits = (option: ComboOption) => {
    const text = `${option.words} ${option.more ?? ''} ${option.keys ?? ''}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  }
  const begins = (option: ComboOption) => [option.words, option.keys ?? ''].some((text) => text.toLowerCase().startsWith(wanted[0]!))
  const found = options.filter(fits)
  return [...found.filter(begins), ...found.filter((option) => !begins(option))].slice(0, SHOWN)
}
