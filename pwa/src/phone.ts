/* The phone's entry: grid worker, squad, inspector, and the resident's page. */
import { createApp } from 'vue'
import '@/lib/text_size'
import '@/ui/theme'
import '@/ui/tokens.css'
import './phone/phone.css'
import PhoneApp from './phone/PhoneApp.vue'
import { router } from './phone/router'

createApp(PhoneApp).use(router).mount('#app')

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  window.addEventListener('load', () => void navigator.serviceWorker.register('/sw.js'))
}
