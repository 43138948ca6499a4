/* The phone's pages. `tabs`: has the bar of tabs below. None that a report or a case needs is loaded lazily: a screen that must
   come over the network is not there when the signal is gone. The map and patrols are; the service worker takes them along. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import AroundScreen from '@/cases/AroundScreen.vue'
import CaseScreen from '@/cases/CaseScreen.vue'
import TasksScreen from '@/cases/TasksScreen.vue'
import { see } from '@/notices/inbox'
import MyReportsScreen from '@/reports/MyReportsScreen.vue'
import ReportScreen from '@/reports/ReportScreen.vue'
import SentScreen from '@/reports/SentScreen.vue'
import MeScreen from '@/staff/MeScreen.vue'
import HomeScreen from './HomeScreen.vue'
import UnsentScreen from './UnsentScreen.vue'

declare module 'vue-router' {
  interface RouteMeta {
    tabs?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: HomeScreen, meta: { tabs: true } },
  { path: '/tasks', name: 'tasks', component: TasksScreen, meta: { tabs: true } },
  { path: '/notices', name: 'notices', component: () => import('@/notices/NoticesScreen.vue'), meta: { tabs: true } },
  { path: '/me', name: 'me', component: MeScreen, meta: { tabs: true } },
  { path: '/me/notices', name: 'notice_settings', component: () => import('@/notices/NoticeSettings.vue') },
  { path: '/report', name: 'report', component: ReportScreen },
  { path: '/reports', name: 'reports', component: MyReportsScreen },
  { path: '/around', name: 'around', component: AroundScreen },
  { path: '/sent/:id', name: 'sent', component: SentScreen, props: true },
  { path: '/unsent', name: 'unsent', component: UnsentScreen },
  { path: '/patrol', name: 'patrol', component: () => import('@/patrols/PatrolScreen.vue') },
  { path: '/tracks', name: 'tracks', component: () => import('@/patrols/tracks/TracksScreen.vue') },
  { path: '/tracks/:day', name: 'track', component: () => import('@/patrols/tracks/DayScreen.vue'), props: true },
  { path: '/trackers', name: 'trackers', component: () => import('@/trackers/TrackersScreen.vue') },
  { path: '/trackers/new', name: 'new_tracker', component: () => import('@/trackers/NewTrackerScreen.vue') },
  { path: '/cases/:id', name: 'case', component: CaseScreen, props: true },
  { path: '/:rest(.*)', redirect: '/' },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

// Opened by a notification: `/?notice=…#/cases/…`. It is read by that, and the address says no more of it.
router.beforeEach((to) => {
  const { notice, ...query } = to.query
  const page = to.path === '/' && to.hash.startsWith('#/') ? to.hash.slice(1) : null
  if (typeof notice === 'string') void see([notice])
  return page ? { path: page, replace: true } : notice ? { path: to.path, query, hash: to.hash, replace: true } : true
})
