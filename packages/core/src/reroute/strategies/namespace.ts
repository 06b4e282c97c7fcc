import { copyFileSync, linkSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { namespacePath } from '@glibc-matrix/native'
import { patchedFor } from './patch.js'
import { type Start, type Strategy, spawnVariable } from './strategy.js'

/**
 * The program's own path shows a patched copy, in a mount namespace of the process, and is executed as the caller would
 * have: /proc/self/exe, $ORIGIN, comm, argv[0] and AT_EXECFN are the kernel's own. For a script the kernel reads the `#!`
 * line itself.
 */
export const namespace: Strategy = {
  name: 'namespace',
  refusal(start) {
    const made = patchedFor(start, false)
    return 'refusal' in made ? made.refusal : null
  },
  command(start) {
    const made = patchedFor(start, false)
    const copy = 'copy' in made ? sourceFor(start, made.copy) : start.program
    const helper = helperFor(start)
    const { path, args } = start.asked
    return { file: helper, args: [helper, copy, start.program, path, ...args], env: [spawnVariable(start.id, '')] }
  },
}

/**
 * The kernel tells a process where a mount comes from (proc_pid_mountinfo(5)): a copy's further name is the spawn's id, by
 * which the shim knows itself in a process that nobody announced. Without it (EMLINK) such a process stays unproven.
 */
function sourceFor({ seal, id }: Start, copy: string): string {
  const directory = join(dirname(seal.loader), 'n')
  const source = join(directory, id)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o711 })
    linkSync(copy, source)
    return source
  } catch {
    return copy
  }
}

/** Root's children of other users may not reach into its node_modules, but into the run's directory. */
function helperFor({ seal }: Start): string {
  const helper = join(dirname(seal.loader), 'namespace')
  if (statSync(helper, { throwIfNoEntry: false }) !== undefined) return helper
  const fresh = `${helper}.${process.pid}.${threadId}`
  try {
    copyFileSync(namespacePath() ?? '', fresh)
    linkSync(fresh, helper)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(fresh, { force: true })
  }
  return helper
}
