/* The matters of a catalogue, summed by major class. Pure. */
import type { Schemas } from '@/api/client'

export interface MajorRow {
  name: string
  count: number
  conditions: number
  words: string
}

export function mattersByMajor(matters: Schemas['MatterOut'][]): MajorRow[] {
  const majors = [...new Set(matters.map((matter) => matter.major_code))].sort()
  return majors.map((code) => {
    const of = matters.filter((matter) => matter.major_code === code)
    return {
      name: of[0]?.major_name ?? '',
      count: of.length,
      conditions: of.reduce((sum, matter) => sum + matter.conditions.length, 0),
      words: of.map((matter) => matter.name).join('、'),
    }
  })
}
