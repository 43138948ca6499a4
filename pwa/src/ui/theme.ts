/* Light or dark: as the system says, or as somebody chose on this screen. The page carries it as `data-theme`, set before anything
   is drawn by public/theme.js; tokens.css and the maps follow. */
import { computed, ref, watchEffect } from 'vue'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEPT_AS = 'suozi.theme'

function remembered(): Theme {
  const kept = localStorage.getItem(KEPT_AS)
  return THEMES.find((theme) => theme === kept) ?? 'system'
}

export const theme = ref<Theme>(remembered())

const system = window.matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = ref(system.matches)
system.addEventListener('change', () => (systemIsDark.value = system.matches))
// Chosen in another tab of this browser.
window.addEventListener('storage', ({ key }) => key === KEPT_AS && (theme.value = remembered()))

/** Whether the screen is dark right now. */
export const dark = computed(() => (theme.value === 'system' ? systemIsDark.value : theme.value === 'dark'))

watchEffect(() => {
  if (theme.value === 'system') localStorage.removeItem(KEPT_AS)
  else localStorage.setItem(KEPT_AS, theme.value)
  document.documentElement.dataset.theme = dark.value ? 'dark' : 'light'
  // The bar of a phone's browser takes its colour from the page.
  for (const bar of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    bar.media = ''
    bar.content = dark.value ? '#0f1a21' : '#f5f7f8'
  }
})
