/** A measured length: finer than a distance that somebody walks. 86 m, 1,234 m, 12.35 km */
export function lengthWords(metres: number): string {
  if (metres < 10_000) return `${Math.round(metres).toLocaleString('en')} m`
  return `${(metres / 1_000).toFixed(2)} km`
}
