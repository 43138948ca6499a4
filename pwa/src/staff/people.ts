/* People and their posts as the desk keeps them: what is asked of the server, and what is typed until it is saved. */
import { reactive, watch } from 'vue'
import type { Schemas } from '@/api/client'
import { session } from '@/auth/session'
import type { Day } from '@/lib/days'
import { uuid7 } from '@/lib/uuid7'

export type Person = Schemas['StaffDetail']
export type PersonRow = Schemas['StaffSummary']
export type Post = Schemas['StaffPostOut']
export type Role = Post['role']
export type Duty = NonNullable<Post['duty']>
export type Engagement = NonNullable<Post['engagement']>

export const ROLES: Role[] = ['worker', 'inspector', 'squad_member', 'squad_leader', 'operator', 'administrator']
export const DUTIES: Duty[] = ['grid_instructor', 'grid_chief', 'grid_worker', 'duty_inspector', 'duty_info', 'duty_liaison', 'duty_patrol']
export const ENGAGEMENTS: Engagement[] = ['full_time', 'part_time']

/** Roles held in a squad; all others are held over a grid and what lies below it. */
export const isSquadRole = (role: Role): boolean => role === 'squad_member' || role === 'squad_leader'

interface PostFields {
  id: string
  role: Role
  duty: Duty | null
  engagement: Engagement | null
  grid_code: string | null
  squad_code: string | null
  unit_code: string | null
  starts_on: Day
  ends_on: Day | null
}

export interface PostDraft extends PostFields {
  /** Not yet at the server: may still be taken back. Others are ended, never removed. */
  isNew: boolean
  changeable: boolean
}

export interface PersonDraft {
  id: string
  /** Of the person it was begun on; null for somebody new. */
  version: number | null
  name: string
  phone: string
  home_unit_code: string | null
  posts: PostDraft[]
}

/** What has been typed and not saved, by person: it outlives the panel and the view. */
export const drafts = reactive(new Map<string, PersonDraft>())

// They are one person's: whoever signs in next starts without them.
watch(
  () => session.me.value?.id,
  () => drafts.clear(),
)
window.addEventListener('beforeunload', (event) => {
  if (drafts.size) event.preventDefault()
})

export function draftOf(person: Person, today: Day): PersonDraft {
  return {
    id: person.id,
    version: person.version,
    name: person.name,
    phone: person.phone ?? '',
    home_unit_code: person.home_unit_code,
    // What is over stays as it is and need not be sent.
    posts: person.posts.filter((post) => standingOf(post, today) !== 'past').map((post) => ({ ...pick(post), isNew: false, changeable: post.changeable })),
  }
}

export function newDraft(today: Day): PersonDraft {
  return { id: uuid7(), version: null, name: '', phone: '', home_unit_code: null, posts: [newPost(today)] }
}

export function newPost(today: Day): PostDraft {
  return {
    id: uuid7(),
    role: 'worker',
    duty: 'grid_worker',
    engagement: 'full_time',
    grid_code: null,
    squad_code: null,
    unit_code: null,
    starts_on: today,
    ends_on: null,
    isNew: true,
    changeable: true,
  }
}

/** What is sent of a post: only what its role has. */
export function postBody({ isNew: _, changeable: __, ...post }: PostDraft): PostFields {
  const inSquad = isSquadRole(post.role)
  return {
    ...post,
    duty: post.role === 'worker' || post.role === 'inspector' ? post.duty : null,
    grid_code: inSquad ? null : post.grid_code,
    squad_code: inSquad ? post.squad_code : null,
  }
}

function pick({ id, role, duty, engagement, grid_code, squad_code, unit_code, starts_on, ends_on }: Post): PostFields {
  return { id, role, duty, engagement, grid_code, squad_code, unit_code, starts_on, ends_on }
}

export type PostStanding = 'now' | 'coming' | 'past'

/** Both days of a post are included. */
export function standingOf(post: Pick<Post, 'starts_on' | 'ends_on'>, today: Day): PostStanding {
  if (post.starts_on > today) return 'coming'
  return post.ends_on !== null && post.ends_on < today ? 'past' : 'now'
}

export function placeOf(post: Pick<Post, 'grid_name' | 'squad_name' | 'unit_name'>): string {
  return post.grid_name ?? post.squad_name ?? post.unit_name ?? ''
}
