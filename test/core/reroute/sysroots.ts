import { spawnSync } from 'node:child_process'
import type { PlanOptions } from '../../../packages/core/src/reroute/plan.js'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'

export const suites = ['debian:bullseye', 'debian:bookworm', 'debian:trixie'] as const

export function sysroot(spec: string): Promise<Sysroot> {
  return resolveSysroot({ spec }, { install: spec !== 'host' })
}

export async function planOptions(root: string, more: Partial<PlanOptions> = {}): Promise<PlanOptions> {
  const host = await sysroot('host')
  return { root, programs: null, exclude: [], hostLibraries: 'allow', node: { path: process.execPath }, host, ...more }
}

/** What ld.so itself says of a program: `--list` loads and relocates everything and runs nothing of it. */
export function rawList(sysroot: Sysroot, program: string, env: Record<string, string> = {}, cwd = '/') {
  const { LD_LIBRARY_PATH, ...others } = env
  const directories = [...(LD_LIBRARY_PATH ? [LD_LIBRARY_PATH] : []), ...sysroot.libraryPath].join(':')
  const result = spawnSync(sysroot.loader, ['--library-path', directories, '--list', program], {
    env: others,
    cwd,
    encoding: 'utf8',
  })
  const output = `${result.stdout}${result.stderr}`.replace(/^.*(cannot be preloaded|weak version).*$/gm, '')
  return { loads: result.status === 0 && !/not found|cannot open|error while/.test(output), output }
}
