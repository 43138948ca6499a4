/* What a person takes along to where there is no signal: the cases of their lists whole, with small pictures from before. */
import { shallowRef, watch } from 'vue'
import { api, ask } from '@/api/client'
import { session } from '@/auth/session'
import { now } from '@/lib/clock'
import { keepCopy, keptCopy } from '@/offline/kept'
import { keepPhoto } from '@/offline/kept_photos'
import type { CaseDetail, CaseSummary } from './names'

const MOST_CASES = 30
const PHOTOS_OF_EACH = 3

/** Cases known whole in this session, by id; lists take from here what their rows do not have. */
export const known = shallowRef<ReadonlyMap<string, CaseDetail>>(new Map())
let walking: Promise<void> | null = null
let wanted: CaseSummary[] = []

/** The next person on this phone begins with nothing. */
watch(
  () => session.me.value?.id,
  () => {
    known.value = new Map()
    wanted = []
  },
)

/** Fetches those that are not here in their present version, one after the other; `last`: after all that is wanted already. */
export function takeAlong(items: readonly CaseSummary[], { last = false } = {}): void {
  const taken = items.slice(0, MOST_CASES)
  const isIn = (list: readonly CaseSummary[], it: CaseSummary): boolean => list.some((one) => one.id === it.id)
  wanted = last ? [...wanted, ...taken.filter((it) => !isIn(wanted, it))] : [...taken, ...wanted.filter((it) => !isIn(taken, it))]
  walking ??= walk().finally(() => (walking = null))
}

async function walk(): Promise<void> {
  for (let it = wanted.shift(); it; it = wanted.shift()) {
    if (known.value.get(it.id)?.version !== it.version && !(await takeOne(it))) return
  }
}

/** false: there is no signal, the rest may wait. */
async function takeOne(it: CaseSummary): Promise<boolean> {
  const name = `${session.me.value?.id} case.${it.id}`
  const copy = await keptCopy<CaseDetail>(name)
  if (copy) remember(copy.data)
  if (copy?.data.version === it.version) return true
  const answer = await ask(api.GET('/api/cases/{case_id}', { params: { path: { case_id: it.id } } }))
  if (!answer.ok) return answer.failure.kind === 'problem'
  remember(answer.data)
  void keepCopy(name, { data: answer.data, asOf: now() })
  const before = answer.data.events.flatMap((event) => event.photos).filter((photo) => photo.received && photo.phase === 'before')
  for (const photo of before.slice(0, PHOTOS_OF_EACH)) await keepPhoto(photo.sha256)
  return true
}

function remember(it: CaseDetail): void {
  known.value = new Map(known.value).set(it.id, it)
}
