/** Whether the screen is dark right now: the map, drawn without CSS, has to ask. */
import type { Ref } from 'vue'
import { dark } from '@/ui/theme'

export function useDark(): Readonly<Ref<boolean>> {
  return dark
}
