/* A squad's capabilities against the catalogue: `*`, codes of majors, codes of matters. Pure. */
import type { Schemas } from '@/api/client'

type Matter = Pick<Schemas['MatterOut'], 'code' | 'name' | 'major_code' | 'major_name'>

export interface Major {
  code: string
  name: string
  matters: Matter[]
  matterCodes: string[]
}

export function majorsOf(matters: Matter[]): Major[] {
  const codes = [...new Set(matters.map((matter) => matter.major_code))].sort()
  return codes.map((code) => {
    const of = matters.filter((matter) => matter.major_code === code).sort((a, b) => a.code.localeCompare(b.code))
    return { code, name: of[0]?.major_name ?? code, matters: of, matterCodes: of.map((matter) => matter.code) }
  })
}

/** The names of what a squad can do; a code that the catalogue does not have is shown as it is. */
export function capabilityNames(capabilities: string[], matters: Matter[], allWords: string): string[] {
  if (capabilities.includes('*')) return [allWords]
  const names = new Map(matters.flatMap((matter) => [[matter.code, matter.name] as const, [matter.major_code, matter.major_name] as const]))
  return [...capabilities].sort().map((code) => names.get(code) ?? code)
}
