import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { attach, uninstall } from './attach.js'

/**
 * True in the process that `node --import …/register` starts, and not in those that it starts in turn: a runner hands its
 * own flags on to its children, but they run in a column already.
 */
export function isPreloadedOnHost(): boolean {
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)]
  if (!isMainThread || !flags.some((flag) => flag.includes('@glibc-matrix/core/register'))) return false
  return process.platform === 'linux' && !isInColumn()
}

/** A sealed loader preloads the shim of its session: `/tmp/XXXXXX/1libasan.so` (../reroute/seal.ts). */
function isInColumn(): boolean {
  return /\/[A-Za-z0-9]{6}\/[A-Za-z0-9]u?libasan\.so$/m.test(readFileSync('/proc/self/maps', 'utf8'))
}

/** Runs the command of this process once more, in a column, with our standard streams. */
export function runAgain(session: string, column: string, { suite, test }: { suite: string; test: string }) {
  const started = performance.now()
  const attachment = attach({ session, column, file: suite })
  try {
    const args = [...process.execArgv, ...process.argv.slice(1)]
    const run = () => spawnSync(process.execPath, args, { stdio: 'inherit' })
    const { status, signal } = attachment.runInTest(test, 0, run)
    return { exitCode: status, signal, durationMs: Math.round(performance.now() - started) }
  } finally {
    uninstall()
  }
}
