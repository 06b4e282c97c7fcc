import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type BuildJob, runStep } from './run-step.js'

/**
 * What glibc is configured for. Its loader and libc have it built in, and a seal overwrites it there; so it needn't be where
 * the files will lie, every machine gets the same, and a store can be moved. Nobody but root can put files below /opt.
 * Its length leaves room for a seal's own paths.
 */
const PREFIX = '/opt/glibc-matrix'

/**
 * Configures, makes and installs glibc below `work` (an existing directory); answers the directory that the prefix became.
 * A newer compiler warns where an older glibc has -Werror; and `CXX=` keeps make from linking its support programs with the
 * host's libstdc++, which wants a newer libc.
 */
export async function buildGlibc(tree: string, work: string, job: BuildJob): Promise<string> {
  const cwd = join(work, 'objects')
  const stage = join(work, 'stage')
  for (const directory of [cwd, stage]) mkdirSync(directory, { mode: 0o775 })
  const cflags = `CFLAGS=${job.env.CFLAGS || '-O2'}`
  const configure = [join(tree, 'configure'), `--prefix=${PREFIX}`, '--disable-werror', cflags] as const
  await runStep({ stage: 'configure', cwd, command: configure }, job)
  await runStep({ stage: 'compile', cwd, command: ['make', `-j${availableParallelism()}`, 'CXX='] }, job)
  await runStep({ stage: 'install', cwd, command: ['make', 'CXX=', 'install', `install_root=${stage}`] }, job)
  return join(stage, PREFIX)
}
