import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { besideHost } from '../../../packages/core/src/reroute/beside-host.js'
import { byHand, envByHand } from '../../../packages/core/src/reroute/by-hand.js'
import { type PlanOptions, plan } from '../../../packages/core/src/reroute/plan.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { scratch } from './programs.js'
import { type Sealed, type Started, sealFor } from './sealed.js'
import { planOptions, sysroot as resolve } from './sysroots.js'

const modules = join(import.meta.dirname, '..', '..', '..', 'node_modules')
const directory = scratch()
const env = { PATH: '/usr/bin:/bin', HOME: directory, LC_ALL: 'C' }

/** What a program is asked; the answer must not differ from run to run. */
const fixtures: readonly (readonly string[])[] = [
  ['print-libc', '3', 'two words'],
  ['print-libc-host'],
  ['uses-strlcpy'],
  ['exit-with', '5', 'out', 'err'],
  ['die-by-signal', '11'],
  ['print-bytes', '1000'],
]

const tools = 'cat cut date diff expr getconf grep gzip ls sed sort tar uname wc'.split(' ')

let programs: Readonly<Record<string, string>>
let options: PlanOptions

beforeAll(async () => {
  programs = await buildPrograms(
    directory,
    fixtures.map(([name = '']) => name),
  )
  // A tool of the system counts here as the COMMAND of `run` does.
  options = { ...(await planOptions(directory)), always: true }
})

describe.each(['host', 'debian:bullseye', 'debian:bookworm', 'debian:trixie', 'debian:forky', 'debian:experimental'])(
  '%s: verdict and result equal raw ld.so by hand',
  (spec) => {
    let sysroot: Sysroot
    let sealed: Sealed

    beforeAll(async () => {
      sysroot = await resolve(spec)
      sealed = await sealFor(sysroot)
    })

    function compare(program: string, args: readonly string[]) {
      const decision = plan({ file: program, args: [program, ...args], cwd: directory, env }, sysroot, options)
      if (decision.decision !== 'reroute') throw new Error(`${program}: ${decision.code}, ${decision.reason}`)
      const { compatible, hostLibraries, missingLibraries } = decision.verdict
      const lent = {
        lent: hostLibraries,
        beside: besideHost(decision, { file: program, args, cwd: directory, env }, sysroot, options),
      }

      const [loader = '', ...words] = byHand(program, [program, ...args], sysroot, env, hostLibraries)
      const hand = spawnSync(loader, words, {
        env: { ...env, ...envByHand(sysroot, env) },
        encoding: 'latin1',
        cwd: directory,
      })
      const ours = sealed.start(program, args, { env, cwd: directory, ...lent })

      // ld.so ends with 1 for a version and with 127 for a library, and names itself or the program before the reason.
      const refusal = /version `[^']+' not found|error while loading shared libraries|symbol lookup error/
      expect({ program, compatible }, hand.stderr).toEqual({ program, compatible: !refusal.test(hand.stderr) })
      expect(ours.record !== null).toBe(compatible)
      if (missingLibraries.length > 0) {
        // By hand ld.so may still find the host's library, which the seal keeps away, and refuses it for its versions.
        expect([ours.status, hand.status]).toEqual([127, expect.toBeOneOf([1, 127])])
        return
      }
      const seen = ({ status, signal, stdout }: Omit<Started, 'stderr'>) => ({
        program,
        status,
        signal,
        stdout: comparable(stdout),
      })
      expect(seen(ours), `${ours.stderr}\n${hand.stderr}`).toEqual(seen(hand))
      expect(lastPart(ours.stderr)).toBe(lastPart(hand.stderr))
    }

    it.each(fixtures)('%s', (name, ...args) => {
      compare(programs[name] ?? name, args)
    })

    it.each(tools)('the system’s %s', (name) => {
      compare(realpathSync(`/usr/bin/${name}`), ['--version'])
    })

    it.each(nativePackages())('%s of npm', (_, program) => {
      compare(program, ['--version'])
    })
  },
)

/** Programs of this machine among the installed packages: dynamic, with an interpreter. */
function nativePackages(): [string, string][] {
  const scopes = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  )
  const native = scopes.filter((name) => /linux-(x64|arm64)|linux64/.test(name) && !/musl/.test(name))
  return native.flatMap((name) =>
    ['', 'bin', 'lib'].flatMap((inner) => {
      const folder = join(modules, name, inner)
      const files = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : []
      const program = files.map((file) => join(folder, file)).find(isDynamicProgram)
      return program === undefined ? [] : [[`${name}`, realpathSync(program)] as [string, string]]
    }),
  )
}

function isDynamicProgram(path: string): boolean {
  const stat = statSync(path)
  if (!stat.isFile() || (stat.mode & 0o100) === 0 || /\.(node|so)\b/.test(path)) return false
  const head = Buffer.alloc(4096)
  const fd = openSync(path, 'r')
  readSync(fd, head, 0, head.length, 0)
  closeSync(fd)
  return head.toString('latin1', 1, 4) === 'ELF' && head.includes('/ld-linux')
}

/** The command by hand tells libc in the environment what the seal tells it without. */
function comparable(stdout: string): string {
  return stdout.replace(/^(name=.*|env=(GCONV_PATH|LOCPATH)=.*\n)/gm, '')
}

function lastPart(stderr: string): string {
  return (stderr.trimEnd().split('\n').at(-1) ?? '')
    .replace(/^.*?(?=version `|error while|symbol lookup)/, '')
    .replace(/\/\S+\//g, '')
}
