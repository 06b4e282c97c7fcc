import { basename } from 'node:path'
import type { Sysroot } from '../sysroot/sysroot.js'
import type { MissingLibrary, MissingVersion, Verdict } from './decision.js'

const listed = 3

/** Says in a sentence what a program would meet in a sysroot, and what to do about a library that is not there. */
export function describeVerdict(verdict: Verdict, program: string, sysroot: Sysroot): string {
  const { compatible, missing, missingLibraries, hostLibraries } = verdict
  if (compatible && hostLibraries.length === 0) return 'a program whose libraries and versions are all there'
  if (compatible) return `the host lends ${hostLibraries.map(({ soname }) => soname).join(', ')}; all else is there`

  const title = `${sysroot.spec} (${sysroot.glibc})`
  const problems = [
    ...missing.map((need) => missingVersion(need, program, title)),
    ...missingLibraries.map((library) => missingLibrary(library, program, title)),
  ]
  const more = problems.length - listed
  return `${problems.slice(0, listed).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

function missingVersion({ version, library, requiredBy }: MissingVersion, program: string, title: string): string {
  return `${subject(requiredBy, program)}needs ${version} of ${library}, which ${title} does not define`
}

function missingLibrary({ soname, requiredBy, refused }: MissingLibrary, program: string, title: string): string {
  const why = refused === null ? '' : ` (${refused})`
  return `${subject(requiredBy, program)}needs ${soname}, which ${title} lacks${why}: add its package to the sysroot's \`packages\``
}

function subject(requiredBy: string, program: string): string {
  return requiredBy === program ? '' : `${basename(requiredBy)} `
}
