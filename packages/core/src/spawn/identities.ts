import { realpathSync } from 'node:fs'
import type { ColumnIdentity } from '../evidence/proof.js'
import type { Seal } from '../reroute/seal.js'
import { madeSeals } from './seals.js'
import { hostOf, type Session } from './session.js'

/**
 * What the evidence of each column is compared with. A column that nobody sealed started nothing; the host's is there all
 * the same, for the tools that others started.
 */
export function columnIdentities(session: Session): ColumnIdentity[] {
  const host = hostOf(session.columns)
  return session.columns.flatMap((column) => {
    const { name, sysroot } = column
    const seals = sysroot === null ? [] : madeSeals(session, column)
    const [seal = null] = seals
    if (sysroot === null || (seal === null && sysroot !== host)) return []
    const own = [...sysroot.libraryPath, ...seals.flatMap(({ libraries }) => libraries ?? [])]
    return [
      {
        name,
        libc: sysroot.libc,
        provides: seal?.provides ?? [],
        family: seal?.family ?? [],
        directories: own.flatMap((path) => [path, realPathOf(path)]),
        libcBuildIds: session.columns.flatMap((column) => column.sysroot?.libc.buildId ?? []),
        loaders: seals.flatMap(startersOf),
        silent: seal?.silent ?? null,
        hostDirectories: sysroot.path === '/' ? [] : (host?.libraryPath ?? []),
        ...(sysroot.musl && { musl: true }),
      },
    ]
  })
}

/** What execve(2) gets when a shim or the hook starts something. */
function startersOf({ loader, hostLoader, emulator = null }: Seal): string[] {
  return [loader, hostLoader, ...(emulator === null ? [] : [emulator])]
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
