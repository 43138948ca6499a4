/* How the PWA is built: two entries (phone and desk) from one code base, and nothing in the output that the content
   security policy of the server would refuse or that would call out of the town's own network. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { Plugin, Rolldown } from 'vite'
import { defineConfig } from 'vitest/config'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** In development /desk is the page that the server would answer. */
function pagesAsServed(): Plugin {
  return {
    name: 'pages-as-served',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        if (request.url?.startsWith('/desk') && !request.url.includes('.')) request.url = '/desk.html'
        next()
      })
    },
  }
}

/** In development the API, the residents' pages and what trackers send to are here. */
const API = process.env['SUOZI_API'] ?? 'http://127.0.0.1:8000'

const PUBLIC_FILES = ['icons.svg', 'favicon.svg', 'manifest.webmanifest', 'theme.js']

/** The files that a chunk needs, now or later, with their styles and assets. */
function filesOf(bundle: Rolldown.OutputBundle, fileName: string, seen = new Set<string>()): Set<string> {
  if (seen.has(fileName)) return seen
  seen.add(fileName)
  const chunk = bundle[fileName]
  if (chunk?.type !== 'chunk') return seen
  chunk.viteMetadata?.importedCss.forEach((file) => seen.add(file))
  chunk.viteMetadata?.importedAssets.forEach((file) => seen.add(file))
  for (const next of [...chunk.imports, ...chunk.dynamicImports]) filesOf(bundle, next, seen)
  return seen
}

/** Tells the service worker which files the phone app is made of, its map included. */
function precachePhone(): Plugin {
  return {
    name: 'precache-phone',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((output) => output.type === 'chunk')
        const phone = chunks.find((chunk) => chunk.name === 'phone')
        const worker = chunks.find((chunk) => chunk.name === 'sw')
        if (!phone || !worker) throw new Error('the build has no phone entry or no service worker')
        const mapWorker = Object.keys(bundle).filter((file) => file.includes('maplibre-gl-worker'))
        const needed = new Set([...filesOf(bundle, phone.fileName), ...mapWorker, 'index.html', ...PUBLIC_FILES])
        const files = [...needed].map((file) => `/${file}`)
        const version = createHash('sha256').update(files.join())
        PUBLIC_FILES.forEach((file) => version.update(readFileSync(here(`./public/${file}`))))
        version.update(readFileSync(here('./index.html')))
        worker.code = `const PRECACHE=${JSON.stringify({ version: version.digest('hex').slice(0, 12), files })};${worker.code}`
      },
    },
  }
}

export default defineConfig({
  plugins: [vue(), pagesAsServed(), precachePhone()],
  resolve: { alias: { '@': here('./src') } },
  build: {
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: { phone: here('./index.html'), desk: here('./desk.html'), sw: here('./src/sw.ts') },
      // The service worker keeps its name and stands at the root, or it could not serve the whole site.
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  server: {
    port: 8120,
    strictPort: true,
    proxy: Object.fromEntries(['^/api/', '^/in/', '^/r(/|$)'].map((path) => [path, { target: API, changeOrigin: false }])),
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
  },
})
