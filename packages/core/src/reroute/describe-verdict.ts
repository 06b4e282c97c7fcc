import { basename } from 'node:path'
import type { Sysroot } from '../sysroot/sysroot.js'
import type { MissingLibrary, MissingVersion, Verdict } from './decision.js'

const listed = 3

/** Says in a sentence what a program would meet in a sysroot, and what to do about a library that is not there. */
export function describeVerdict(verdict: Verdict, program: string, sysroot: Sysroot): string {
  const { compatible, missing, missingLibraries, hostLibraries } = verdict
  if (compatible && hostLibraries.length === 0) return 'a program whose libraries and versions are all there'
  if (compatible) return `the host lends ${hostLibraries.map(({ soname }) => soname).join(', ')}; all else is there`

  const problems = [
    ...groups(missing).map((needs) => missingVersions(needs, program, sysroot)),
    ...missingLibraries.map((library) => missingLibrary(library, program, sysroot)),
  ]
  const more = problems.length - listed
  return `${problems.slice(0, listed).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

/** Needs of one object of one library, in file order. */
function groups(missing: readonly MissingVersion[]): readonly (readonly MissingVersion[])[] {
  const byPlace = new Map<string, MissingVersion[]>()
  for (const need of missing) {
    const place = `${need.requiredBy}\0${need.library}`
    byPlace.set(place, [...(byPlace.get(place) ?? []), need])
  }
  return [...byPlace.values()]
}

function missingVersions(needs: readonly MissingVersion[], program: string, { spec, glibc }: Sysroot): string {
  const [first] = needs
  if (first === undefined) return ''
  const versions = needs.map(({ version }) => version).join(', ')
  return `${subject(first.requiredBy, program)}needs ${versions} of ${first.library}, which ${spec} (${glibc}) does not define`
}

function missingLibrary({ soname, requiredBy, refused }: MissingLibrary, program: string, sysroot: Sysroot): string {
  const why = refused === null ? '' : ` (${refused})`
  const what = `${subject(requiredBy, program)}needs ${soname}, which ${sysroot.spec} (${sysroot.glibc}) lacks${why}`
  if (sysroot.path === '/') return what
  if (sysroot.musl) return `${what}: put it beside the program, or take a whole root of musl as the column`
  if (/^(?:debian|ubuntu):/.test(sysroot.spec)) return `${what}: add its package to the sysroot's \`packages\``
  return `${what}: take it from another sysroot ('with'), or put it beside this one's own libraries`
}

function subject(requiredBy: string, program: string): string {
  return requiredBy === program ? '' : `${basename(requiredBy)} `
}
