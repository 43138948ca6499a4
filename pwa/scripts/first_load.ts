/* Guards what a phone must fetch before it can show anything: the JavaScript that index.html reaches without a dynamic
   import, gzipped. Builds nothing; without a build it says so. */
import { existsSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 150

interface Chunk {
  file: string
  imports?: string[]
}

const manifestPath = new URL('../dist/.vite/manifest.json', import.meta.url)
if (!existsSync(manifestPath)) {
  console.log('first load: not measured, there is no build yet (npm run build)')
  process.exit(0)
}
const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Record<string, Chunk>

function reachable(key: string, seen = new Set<string>()): Set<string> {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key]?.imports ?? []) reachable(next, seen)
  return seen
}

function gzipKb(key: string): number {
  const file = manifest[key]?.file
  if (!file?.endsWith('.js')) return 0
  return gzipSync(readFileSync(new URL(`../dist/${file}`, import.meta.url))).length / 1000
}

const firstLoadKb = [...reachable('index.html')].reduce((sum, key) => sum + gzipKb(key), 0)
console.log(`first load: ${firstLoadKb.toFixed(1)} kB of JavaScript (limit ${LIMIT_KB})`)
if (firstLoadKb > LIMIT_KB) process.exit(1)
