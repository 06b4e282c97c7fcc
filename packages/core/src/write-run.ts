import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { buildBlob, type RunFacts, type SessionFacts } from './report/blob/build.js'
import { commitOf } from './report/blob/commit.js'
import { writeBlob } from './report/blob/write.js'
import type { Grid } from './report/grid.js'
import { isLeftOut } from './spawn/host-left-out.js'
import { hostOf, type Session } from './spawn/session.js'

/**
 * Leaves a run's records for `glibc-matrix merge`, where the config has a directory for them, and answers the file's path.
 * `asked` are the columns that the run was asked for, where they are fewer than the session's.
 */
export function writeRun(session: Session, grid: Grid, run: RunFacts, asked?: readonly string[]): string | null {
  const { blob } = session.report
  return blob === null ? null : writeBlob(blob, buildBlob(grid, factsOf(session, asked), run))
}

function factsOf(session: Session, asked: readonly string[] | undefined): SessionFacts {
  const { root, incompatible, unproven, planned } = session.report
  const { glibc = null, digest = null } = hostOf(session.columns) ?? {}
  const isAsked = (name: string | null) => asked === undefined || (name !== null && asked.includes(name))
  const columns = session.columns.filter((column) => !isLeftOut(column) && isAsked(column.name))
  return {
    project: projectName(root),
    commit: commitOf(root, process.env),
    machine: { arch: process.arch, kernel: release(), node: process.version, glibc, digest },
    rules: { incompatible, unproven },
    planned: planned.filter(({ name }) => isAsked(name)),
    columns: columns.map(({ name, spec, glibc, sysroot, skip }) => {
      return { name, spec, glibc, digest: sysroot?.digest ?? null, skip }
    }),
    sha256Of: fileDigests(root),
  }
}

/** A file runs in many columns, and is read once. */
function fileDigests(root: string): SessionFacts['sha256Of'] {
  const known = new Map<string, string | null>()
  return (suite) => {
    const digest = known.has(suite) ? (known.get(suite) ?? null) : fileDigest(resolve(root, suite))
    known.set(suite, digest)
    return digest
  }
}

function fileDigest(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex')
  } catch {
    return null
  }
}

/** Two that have no name must not be taken for one. */
function projectName(root: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly name?: unknown }
    return typeof name === 'string' && name !== '' ? name : basename(root)
  } catch {
    return basename(root)
  }
}
