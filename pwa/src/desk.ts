/* Entry of the operator's desk (desk.html). */
import { createApp } from 'vue'
import '@/ui/theme'
import '@/ui/tokens.css'
import '@/command_centre/desk.css'
import DeskApp from '@/command_centre/DeskApp.vue'

createApp(DeskApp).mount('#desk')
