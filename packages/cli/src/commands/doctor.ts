import { isGlibcMatrixError, loadConfig, type Sysroot } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import type { jsonFlag } from '../command-line/flags.js'
import type { Finding, Machine } from '../doctor/check.js'
import { checks } from '../doctor/table.js'
import { type Colors, colorsFor } from '../output/colors.js'
import { print, printJson } from '../output/print.js'
import { hostSysroot } from '../plan/here.js'

interface Named extends Finding {
  readonly name: string
}

/** Looks at everything that a run needs, and says all that is wrong at once. */
export async function run({ options }: Input<typeof jsonFlag>): Promise<number> {
  const machine: Machine = { host: await hostOrNull(), config: await loadConfig({ cwd: process.cwd() }) }
  const findings: Named[] = []
  for (const { name, look } of checks) {
    for (const finding of await look(machine)) findings.push({ name, ...finding })
  }
  const usable = findings.every(({ state }) => state !== 'problem')
  if (options.json) await printJson({ format: 1, usable, checks: findings })
  else await print(findings.map((finding) => describe(finding, colorsFor(process.stdout))).join(''))
  return usable ? 0 : 1
}

async function hostOrNull(): Promise<Sysroot | null> {
  try {
    return await hostSysroot()
  } catch (error) {
    if (isGlibcMatrixError(error)) return null
    throw error
  }
}

function describe({ name, state, found, hint }: Named, colors: Colors): string {
  const signs = { ok: colors.green('✓'), notice: colors.yellow('!'), problem: colors.red('✗') }
  return `${signs[state]} ${name}: ${found}\n${hint && `    ${hint}\n`}`
}
