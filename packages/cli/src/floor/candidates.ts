import { type Column, compareGlibc, isGlibcVersion, listSysroots, type ResolvedConfig } from '@glibc-matrix/core'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { type Prepared, prepareColumns } from '../run/columns.js'

/** A column that can be had, of glibc. */
export type Candidate = Column & { readonly glibc: string }

/** The columns in which a floor is searched, the oldest first: those named, else the config's, else all that are installed. */
export async function candidates(
  words: readonly string[] | undefined,
  config: ResolvedConfig,
  lender: string | undefined,
): Promise<{ readonly session: Prepared['session']; readonly columns: readonly Candidate[] }> {
  const { session, columns } = await prepareColumns(words ?? installedWords(config), config, lender)
  const had = columns.filter((column): column is Candidate => column.glibc !== null && isGlibcVersion(column.glibc))
  return { session, columns: had.toSorted((a, b) => compareGlibc(a.glibc, b.glibc)) }
}

/** Undefined where the config has columns. */
function installedWords(config: ResolvedConfig): string[] | undefined {
  if (config.sysroots.length > 0) return undefined
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string]
  const specs = listSysroots().flatMap((sysroot) => (sysroot.machine === machine ? [sysroot.spec] : []))
  if (specs.length === 0) throw usageError(usages.floor, 'no --sysroot, no config with sysroots, and none is installed')
  return [...new Set(specs), 'host']
}
