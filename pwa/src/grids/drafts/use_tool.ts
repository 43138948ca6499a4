/* The tool in hand, and what it has got hold of so far: grids, a drawn line or ring, words. Kept in this tab for each draft
   (kept_work.ts), and given up only when it was applied or put down. Asks the server for nothing but shared borders. */
import { computed, ref, shallowRef, watch, type ComputedRef } from 'vue'
import type { Failure } from '@/api/client'
import type { GridCollection } from '@/map/net'
import { fetchBoundary, type Position } from './draft'
import { keepWork, keptWork } from './kept_work'
import { villageAt } from './net_of_draft'
import { isComplete, type Shape, type Sketch } from './sketch'
import { find, gridsOfTool, NO_FIELDS, operationOf, pickedAfter, type Fields, type Tool, type Work } from './tools'

const shapeOf = (tool: Tool): Shape => (tool === 'draw_exclusive' ? 'ring' : 'line')

/** `grids` is the net as the draft has it. `show` brings a line into view; `fail` takes why a border could not be had. */
export function useTool(
  draftId: string,
  sketch: Sketch,
  grids: ComputedRef<GridCollection>,
  { show, fail }: { show: (line: Position[]) => void; fail: (failure: Failure | null) => void },
) {
  const tool = ref<Tool | null>(null)
  const picked = shallowRef<string[]>([])
  const fields = shallowRef<Fields>(NO_FIELDS)
  const part = ref(0)
  /** The lines that the two picked grids share; undefined until they are known. */
  const parts = shallowRef<Position[][]>()

  const work = computed<Work | null>(
    () => tool.value && { tool: tool.value, picked: picked.value, positions: sketch.positions.value, part: part.value, fields: fields.value },
  )
  const operation = computed(() => work.value && operationOf(work.value, grids.value))
  const ofTool = computed(() => (tool.value ? gridsOfTool(tool.value, grids.value) : undefined))
  /** While something is drawn, clicks are its points. */
  const takeable = computed(() => (sketch.phase.value === 'nothing' ? ofTool.value : undefined))

  function use(next: Tool | null): void {
    tool.value = next
    letGo()
    if (next === 'draw_exclusive') sketch.draw('ring')
  }

  function letGo(): void {
    picked.value = []
    fields.value = NO_FIELDS
    parts.value = undefined
    fail(null)
    sketch.clear()
  }

  function take(code: string): void {
    if (!tool.value) return
    picked.value = pickedAfter(tool.value, picked.value, code)
    if (tool.value === 'split') startAgain()
    if (tool.value === 'describe') fields.value = describedNow(picked.value[0])
    if (tool.value === 'move_boundary') void lookAtBoundary()
  }

  function describedNow(code: string | undefined): Fields {
    const grid = code && find(code, grids.value)?.properties
    if (!grid) return NO_FIELDS
    const { name, short_name, management_grade, cluster_code } = grid
    return { ...NO_FIELDS, name, short_name, management_grade, cluster_code }
  }

  /** Puts the border of the two picked grids on the map, or the line `drawn` in its place before. */
  async function lookAtBoundary(drawn?: Position[]): Promise<void> {
    parts.value = undefined
    sketch.clear()
    const [a, b] = picked.value
    if (!a || !b) return
    const answer = await fetchBoundary(draftId, a, b)
    if (picked.value[0] !== a || picked.value[1] !== b) return
    fail(answer.ok ? null : answer.failure)
    if (!answer.ok) return
    parts.value = answer.data.parts as Position[][]
    if (drawn) sketch.adjust('line', drawn, { fixedEnds: true })
    else adjustPart(0)
  }

  function adjustPart(n: number): void {
    part.value = n
    const line = parts.value?.[n]
    if (!line) return
    sketch.adjust('line', line, { fixedEnds: true })
    show(line)
  }

  /** The sketch as it was typed. */
  function adjust(positions: Position[]): void {
    if (tool.value) sketch.adjust(shapeOf(tool.value), positions, { fixedEnds: tool.value === 'move_boundary' })
  }

  function startAgain(): void {
    if (tool.value === 'draw_exclusive' || (tool.value === 'split' && picked.value.length)) sketch.draw(shapeOf(tool.value))
    else sketch.clear()
  }

  /** First back to an empty sketch, then out of the tool. A border has no empty sketch. */
  function stepBack(): void {
    if (sketch.positions.value.length && tool.value !== 'move_boundary') startAgain()
    else use(null)
  }

  /** What was in hand before a reload of the page. */
  function takeUp(): void {
    const kept = keptWork(draftId)
    if (kept) {
      tool.value = kept.tool
      picked.value = kept.picked
      fields.value = kept.fields
      part.value = kept.part
      const drawn = isComplete(shapeOf(kept.tool), kept.positions) ? kept.positions : undefined
      if (kept.tool === 'move_boundary') void lookAtBoundary(drawn)
      else if (drawn) sketch.adjust(shapeOf(kept.tool), drawn)
      else startAgain()
    }
    watch(work, (now) => keepWork(draftId, now))
  }

  /** The village that holds the drawn ring's first corner; another can be chosen. */
  watch(sketch.phase, (phase) => {
    const [corner] = sketch.positions.value
    const parent_code = phase === 'adjusting' && tool.value === 'draw_exclusive' && corner && villageAt(corner, grids.value)
    if (parent_code && !fields.value.parent_code) fields.value = { ...fields.value, parent_code }
  })
  return { tool, picked, fields, part, parts, operation, ofTool, takeable, use, letGo, take, adjust, adjustPart, stepBack, takeUp }
}
