/* Runs before anything is drawn, so that a dark screen never flashes white. What is chosen is kept by src/ui/theme.ts. */
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('suozi.theme')
  } catch {
    // A browser that keeps nothing follows the system.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
