/* 大字: everything a third larger, for those who want it. All sizes are in rem, so one class on the page does it. */
import { ref, watchEffect } from 'vue'

const KEPT_AS = 'suozi.large_text'

export const largeText = ref(localStorage.getItem(KEPT_AS) === 'yes')

watchEffect(() => {
  localStorage.setItem(KEPT_AS, largeText.value ? 'yes' : 'no')
  document.documentElement.classList.toggle('large-text', largeText.value)
})
