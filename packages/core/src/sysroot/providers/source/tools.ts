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

/** Looks for all tools before minutes are spent. Whether they are new enough, glibc's own configure finds out. */
export function checkTools(env: Environment): void {
  const missing = Object.keys(TOOLS).filter((tool) => !isInPath(tool, env.PATH ?? ''))
  if (missing.length === 0) return
  const packages = missing.map((tool) => TOOLS[tool] as string)
  throw new GlibcMatrixError(
    'TOOLS_MISSING',
    `glibc can't be built here: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not in PATH`,
    `On Debian: apt-get install ${packages.join(' ')} (and libc6-dev, xz-utils).`,
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
