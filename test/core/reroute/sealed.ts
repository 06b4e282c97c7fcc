import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { createJournal } from '../../../packages/core/src/evidence/journal.js'
import { readJournals } from '../../../packages/core/src/evidence/read-journals.js'
import type { MappedLine } from '../../../packages/core/src/evidence/record.js'
import type { BesideHost } from '../../../packages/core/src/reroute/beside-host.js'
import type { HostLibrary } from '../../../packages/core/src/reroute/decision.js'
import { lendLibraries } from '../../../packages/core/src/reroute/lend-libraries.js'
import { sealedCommand } from '../../../packages/core/src/reroute/loader.js'
import { type Seal, sealSysroot } from '../../../packages/core/src/reroute/seal.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { sysroot as findSysroot } from './sysroots.js'

export interface StartOptions {
  readonly argv0?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly input?: string
  readonly beside?: BesideHost | null
  readonly lent?: readonly HostLibrary[]
}

export interface Started {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A sealed sysroot that starts programs and keeps what they reported. */
export interface Sealed {
  readonly seal: Seal
  /** Every file of the seal and of the sysroot lies below one of these. */
  readonly roots: readonly string[]
  start(
    program: string,
    args?: readonly string[],
    options?: StartOptions,
  ): Started & { readonly record: MappedLine | null }
}

const scope = { root: '/nowhere', node: process.execPath, programs: null, exclude: [] }

/** The seal's paths must be short, so it lies in /tmp whatever TMPDIR says. */
export async function sealFor(sysroot: Sysroot): Promise<Sealed> {
  const host = await findSysroot('host')
  const { name: directory } = dirSync({ unsafeCleanup: true, tmpdir: '/tmp', template: 'XXXXXX' })
  const journals = join(directory, 'j')
  mkdirSync(journals)
  const seal = sealSysroot(sysroot, { directory, letter: '0', journals, host, scope, accountant: '', startPage: 0n })
  const journal = createJournal(journals)
  let count = 0
  return {
    seal,
    roots: [directory, sysroot.path],
    start(program, args = [], { argv0 = program, env = {}, lent = [], beside = null, ...options } = {}) {
      lendLibraries(seal, lent)
      const id = journal.id + (count++).toString(16).padStart(8, '0')
      const command = sealedCommand(seal, program, [argv0, ...args], id, env, beside)
      const [sealedName = '', ...sealedArgs] = command.args
      const result = spawnSync(command.file, sealedArgs, { argv0: sealedName, env, encoding: 'utf8', ...options })
      const records = readJournals(journals).filter((line): line is MappedLine => line.type === 'mapped')
      return { ...observed(result), record: records.find((record) => record.id === id) ?? null }
    },
  }
}

/** The same start without us. */
export function startPlain(program: string, args: readonly string[] = [], options: StartOptions = {}): Started {
  const { argv0 = program, env = {}, cwd, input } = options
  return observed(spawnSync(program, args, { argv0, env, cwd, input, encoding: 'utf8' }))
}

function observed({ status, signal, stdout, stderr, error }: ReturnType<typeof spawnSync>): Started {
  if (error !== undefined) throw error
  return { status, signal, stdout: String(stdout), stderr: String(stderr) }
}
