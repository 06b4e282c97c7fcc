import { symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { besideHost } from '../../../packages/core/src/reroute/beside-host.js'
import type { Command, Reroute } from '../../../packages/core/src/reroute/decision.js'
import { type PlanOptions, plan } from '../../../packages/core/src/reroute/plan.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { compile, library, oldFlags, oldMain, scratch } from './programs.js'
import { type Sealed, sealFor } from './sealed.js'
import { planOptions, sysroot as resolve } from './sysroots.js'

const root = scratch()
let host: Sysroot
let hostDirectory: string
let options: PlanOptions
let programs: Readonly<Record<'runpath' | 'rpath' | 'bare', string>>

beforeAll(async () => {
  host = await resolve('host')
  hostDirectory = dirname(host.libc.path)
  options = await planOptions(root)
  const own = library(join(root, 'lib', 'libstdc++.so.6'), 'int own(void){return 7;}', [
    '-nostdlib',
    '-Wl,-soname,libstdc++.so.6',
  ])
  const main = `extern int own(void); ${oldMain.replace('exit(0)', 'exit(own())')}`
  const libm = join(hostDirectory, 'libm.so.6')
  const linked = (...flags: string[]) => [...oldFlags, '-Wl,--no-as-needed', own, libm, ...flags]
  const path = `$ORIGIN/lib:${hostDirectory}`
  programs = {
    runpath: compile(join(root, 'runpath'), main, linked('-Wl,--enable-new-dtags', `-Wl,-rpath,${path}`)),
    rpath: compile(join(root, 'rpath'), main, linked('-Wl,--disable-new-dtags', `-Wl,-rpath,${path}`)),
    bare: compile(join(root, 'bare'), main, linked()),
  }
})

function rerouted(command: Command, sysroot: Sysroot): Reroute {
  const decision = plan(command, sysroot, options)
  if (decision.decision !== 'reroute') throw new Error(decision.reason)
  return decision
}

describe.each(['debian:bullseye', 'debian:trixie', 'debian:experimental'])('%s', (spec) => {
  let sysroot: Sysroot
  let sealed: Sealed

  beforeAll(async () => {
    sysroot = await resolve(spec)
    sealed = await sealFor(sysroot)
  })

  const variable = () => `${join(root, 'lib')}:${hostDirectory}`

  it.each(['runpath', 'rpath', 'bare'] as const)(
    "a %s that names the host's directory brings in nothing of the host, and bundled libraries win",
    (name) => {
      const program = programs[name]
      const env: Record<string, string> = name === 'bare' ? { LD_LIBRARY_PATH: variable() } : {}
      const command = { file: program, args: [program], cwd: root, env }
      const decision = rerouted(command, sysroot)
      expect(decision).toMatchObject({ decision: 'reroute', verdict: { compatible: true, hostLibraries: [] } })
      const beside = besideHost(decision, command, sysroot, options)
      expect(beside).toEqual({ own: [join(root, 'lib')], host: [hostDirectory] })

      const { status, stdout, stderr, record } = sealed.start(program, [], { env, beside, argv0: 'größe' })
      expect({ status, stdout, stderr }).toEqual({ status: 7, stdout: 'hello\n', stderr: '' })
      const paths = record?.objects.map(({ path }) => path) ?? []
      expect(paths).toContain(join(root, 'lib', 'libstdc++.so.6'))
      expect(paths.filter((path) => path.startsWith(`${hostDirectory}/`))).toEqual([])
    },
  )
})

it('is null for a program that names no directory of the host, and for the host itself', async () => {
  const bullseye = await resolve('debian:bullseye')
  const command = (env: Record<string, string>) => ({ file: programs.bare, args: [], cwd: root, env })
  const of = (env: Record<string, string>, sysroot = bullseye) =>
    besideHost(rerouted(command(env), sysroot), command(env), sysroot, options)
  expect(of({})).toBeNull()
  expect(of({ LD_LIBRARY_PATH: join(root, 'lib') })).toBeNull()
  symlinkSync(hostDirectory, join(root, 'link'))
  expect(of({ LD_LIBRARY_PATH: join(root, 'link') })).toEqual({ own: [], host: [join(root, 'link')] })
  expect(of({ LD_LIBRARY_PATH: hostDirectory }, host)).toBeNull()
})
