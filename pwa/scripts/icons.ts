/* Draws public/icons.svg, one <symbol> for each icon that the catalogue or the screens name, from Tabler's outlines (MIT).
   Run it after changing either list: npm run icons. The result is committed, so that a build needs no icon package. */
import { readFileSync, writeFileSync } from 'node:fs'

const SCREEN_ICONS = [
  'alert-circle', 'alert-hexagon', 'alert-octagon', 'alert-triangle', 'arrow-back-up', 'arrow-left', 'arrow-right',
  'arrows-join', 'bell', 'building', 'building-community', 'calendar', 'camera', 'check', 'checkup-list', 'chevron-down',
  'chevron-left', 'chevron-right', 'chevron-up', 'circle-check', 'circle-dot', 'circle-minus', 'clipboard-check',
  'clipboard-list', 'clock', 'copy', 'cloud-off', 'cloud-upload', 'crosshair', 'current-location', 'device-mobile', 'dots', 'download', 'eye',
  'file-import', 'filter', 'gps', 'grid-dots', 'history', 'home', 'info-circle', 'keyboard', 'language',
  'layers-intersect', 'list', 'list-check', 'lock', 'logout', 'map', 'map-pin', 'map-pin-off', 'minus', 'moon', 'navigation', 'note',
  'pencil', 'phone', 'photo', 'player-pause', 'player-play', 'player-stop', 'plus', 'polygon', 'refresh', 'route', 'scissors', 'search', 'send',
  'shield-check', 'sun', 'trash', 'user', 'users', 'vector-spline', 'walk', 'wifi', 'wifi-off',
  'lasso', 'marquee-2', 'ruler-2', 'stack-2',
  'bell-off', 'bell-ringing', 'bookmark', 'device-desktop', 'volume', 'volume-2', 'volume-off', 'robot', 'message', 'mail', 'grip-vertical', 'help-circle', 'link', 'maximize', 'minimize', 'adjustments', 'star', 'x', 'zoom-in',
]

interface Catalogue {
  icon_for_major: Record<string, string>
  matters: { icon: string }[]
}

const root = new URL('../', import.meta.url)
const catalogue = JSON.parse(readFileSync(new URL('../seeds/catalogue/matters.json', root), 'utf8')) as Catalogue
const names = new Set([
  ...SCREEN_ICONS,
  ...Object.values(catalogue.icon_for_major),
  ...catalogue.matters.map((matter) => matter.icon),
])

function symbol(name: string): string {
  const source = readFileSync(new URL(`node_modules/@tabler/icons/icons/outline/${name}.svg`, root), 'utf8')
  const shapes = [...source.matchAll(/<(?:path|circle|line|rect|polyline|polygon|ellipse)[^>]*\/>/g)]
    .map((match) => match[0].replaceAll(/\s+/g, ' '))
    .filter((shape) => !shape.includes('M0 0h24v24H0z'))
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.join('')}</symbol>`
}

const symbols = [...names].sort().map(symbol)
writeFileSync(
  new URL('public/icons.svg', root),
  `<svg xmlns="http://www.w3.org/2000/svg">\n<!-- Tabler Icons, MIT -->\n${symbols.join('\n')}\n</svg>\n`,
)
console.log(`${symbols.length} icons`)
