import {
  findPackages,
  GlibcMatrixError,
  plan,
  progressReporter,
  type ResolvedConfig,
  type Sysroot,
} from '@glibc-matrix/core'
import { commandFault } from '../plan/command-fault.js'
import { commandHere, hostSysroot, planOptions } from '../plan/here.js'
import { installed } from './install.js'
import type { AskedSysroot } from './request.js'

/** A library that a package brings may need another that its dependencies don't name. */
const MAX_ROUNDS = 5

/** The sysroot with the packages whose libraries the programs need and it lacks, so that nothing comes from the host. */
export async function withLibrariesOf(
  programs: readonly string[],
  asked: AskedSysroot,
  config: ResolvedConfig,
): Promise<AskedSysroot> {
  let wanted = asked
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    // Nameless: the name is for the one that has it all.
    const sysroot = await installed({ ...wanted, name: null }, config)
    const lacking = await libraries(programs, sysroot, config)
    if (lacking.length === 0) return wanted
    const found = await look(wanted, lacking, config)
    wanted = { ...wanted, packages: [...new Set([...wanted.packages, ...found])] }
  }
  throw new GlibcMatrixError(
    'PACKAGE_NOT_FOUND',
    `${programs.join(', ')} still need libraries that ${asked.spec} lacks after ${MAX_ROUNDS} searches; packages so far: ${wanted.packages.join(', ')}`,
    'Name the packages yourself with --package.',
    { programs, packages: wanted.packages },
  )
}

/** By soname: all that ld.so would not find in the sysroot or beside the program. */
async function libraries(
  programs: readonly string[],
  sysroot: Sysroot,
  config: ResolvedConfig,
): Promise<readonly string[]> {
  const options = {
    ...planOptions(config, await hostSysroot()),
    programs: null,
    exclude: [],
    always: true,
    runtime: 'node',
    hostLibraries: 'refuse',
  } as const
  const sonames = programs.flatMap((program) => {
    const decision = plan(commandHere([program]), sysroot, options)
    const fault = commandFault(program, decision)
    if (fault !== null) throw fault
    if (decision.decision === 'passthrough') throw notHere(program, decision.reason, sysroot)
    return decision.verdict.missingLibraries.map(({ soname }) => soname)
  })
  return [...new Set(sonames)]
}

async function look({ spec, packages }: AskedSysroot, sonames: readonly string[], config: ResolvedConfig) {
  const { mirrors, keyring, allowUnsigned } = config
  const reporter = progressReporter()
  try {
    return await findPackages({ spec, packages, mirrors, keyring, allowUnsigned }, sonames, reporter)
  } finally {
    reporter.end()
  }
}

function notHere(program: string, reason: string, { spec }: Sysroot): GlibcMatrixError {
  return new GlibcMatrixError(
    'PROGRAM_NOT_EXECUTABLE',
    `'${program}' takes no library from ${spec}: ${reason}`,
    'Name dynamic programs of this machine.',
    { program, spec },
  )
}
