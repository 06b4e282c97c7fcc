import { listSysroots, type Sysroot } from '@glibc-matrix/core/store'
import type { Input } from '../command-line/command.js'
import type { jsonFlag } from '../command-line/flags.js'
import { describeFailure } from '../output/failure.js'
import { columnsOf, print, printJson } from '../output/print.js'

/** Shows what is installed; never downloads. */
export async function run({ options }: Input<typeof jsonFlag>): Promise<number> {
  const faults: Error[] = []
  const sysroots = listSysroots(process.env, (fault) => faults.push(fault))
  for (const fault of faults) process.stderr.write(describeFailure(fault))
  if (options.json) {
    await printJson(sysroots.map(listed))
  } else if (sysroots.length === 0) {
    await print('No sysroot is installed. Run: glibc-matrix add debian:SUITE\n')
  } else {
    const rows = sysroots.map(({ name, glibc, machine, spec, path }) => [name, glibc, machine, spec, path])
    await print(columnsOf([['NAME', 'GLIBC', 'MACHINE', 'SPEC', 'PATH'], ...rows]))
  }
  return 0
}

/** The fields that scripts rely on, then more. */
function listed({ name, spec, glibc, machine, path, loader, libraryPath, digest, packages }: Sysroot) {
  return { name, spec, glibc, machine, path, loader, libraryPath, digest, packages }
}
