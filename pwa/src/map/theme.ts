/** Whether the screen is dark right now. Screens follow the system; the map, drawn without CSS, has to ask. */
import { onScopeDispose, ref, type Ref } from 'vue'

export function useDark(): Readonly<Ref<boolean>> {
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const dark = ref(system.matches)
  const follow = () => {
    dark.value = system.matches
  }
  system.addEventListener('change', follow)
  onScopeDispose(() => system.removeEventListener('change', follow))
  return dark
}
