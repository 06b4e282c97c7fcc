import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '../../../errors.js'
import { type BuildJob, runStep } from './run-step.js'

/** glibc's sources, ready to be configured. */
export interface SourceTree {
  readonly path: string
  readonly version: string
}

/** Unpacks a tarball into `work`, whatever tar(1) can read; a tree is used where it is, and not changed. */
export async function sourceTree(path: string, isTree: boolean, work: string, job: BuildJob): Promise<SourceTree> {
  mkdirSync(work, { recursive: true, mode: 0o775 })
  const tree = isTree ? path : await unpacked(path, join(work, 'source'), job)
  const version = /^#define VERSION "([^"]+)"/m.exec(textOf(join(tree, 'version.h')))?.[1]
  if (version !== undefined && existsSync(join(tree, 'configure'))) return { path: tree, version }
  throw new GlibcMatrixError(
    'SYSROOT_INVALID',
    `'${job.sysroot}' holds no sources of glibc: no configure, or no version.h that tells its VERSION`,
    'Name a release tarball of glibc (glibc-2.31.tar.xz), or the directory that one unpacks to.',
    { path },
  )
}

/** tar(1) itself refuses names that lead out. What it holds will be run in any case: this is a build. */
async function unpacked(tarball: string, into: string, job: BuildJob): Promise<string> {
  mkdirSync(into, { mode: 0o775 })
  const command = ['tar', '-xf', tarball, '--no-same-owner', '-C', into] as const
  await runStep({ stage: 'unpack', cwd: into, command }, job)
  const [only, ...others] = readdirSync(into)
  return only !== undefined && others.length === 0 ? join(into, only) : into
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
