import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { GlibcMatrixError } from '../../../errors.js'
import type { Environment } from '../../store.js'

/** What glibc's INSTALL asks for ("Recommended Tools for Compilation"), and the Debian package that has each. */
const TOOLS: Readonly<Record<string, string>> = {
  gcc: 'gcc',
  ld: 'binutils',
  make: 'make',
  gawk: 'gawk',
  bison: 'bison',
  python3: 'python3',
  sed: 'sed',
  tar: 'tar',
}

/** What tar(1) starts, by the ending of a tarball's name. */
const UNPACKERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  xz: { xz: 'xz-utils' },
  gz: { gzip: 'gzip' },
  bz2: { bzip2: 'bzip2' },
  zst: { zstd: 'zstd' },
}

/** Looks for all tools before minutes are spent. Whether they are new enough, glibc's own configure finds out. */
export function checkTools(sources: string, env: Environment): void {
  const tools = { ...TOOLS, ...UNPACKERS[sources.slice(sources.lastIndexOf('.') + 1)] }
  const missing = Object.entries(tools).filter(([tool]) => !isInPath(tool, env.PATH ?? ''))
  if (missing.length > 0) throw lacking(missing)
}

function lacking(tools: readonly (readonly [tool: string, debianPackage: string])[]): GlibcMatrixError {
  const missing = tools.map(([tool]) => tool)
  const packages = tools.map(([, debianPackage]) => debianPackage)
  return new GlibcMatrixError(
    'TOOLS_MISSING',
    `glibc can't be built here: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not in PATH`,
    `On Debian: apt-get install ${packages.join(' ')} (and libc6-dev).`,
    { missing, packages },
  )
}

function isInPath(tool: string, path: string): boolean {
  return path.split(delimiter).some((directory) => directory !== '' && isProgram(join(directory, tool)))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
