import { type AddonReport, closeSession, projectAddons } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { columnsFlags } from '../command-line/flags.js'
import { print, printJson } from '../output/print.js'
import { prepareColumns } from '../run/columns.js'

/** Which addons of the project can load in which columns: exit 1 when one can't. */
export async function run({ options }: Input<typeof columnsFlags>): Promise<number> {
  const config = await configWith(options)
  const { session, columns } = await prepareColumns(options.sysroot, config, options.with)
  try {
    const names = new Set(columns.map(({ name }) => name))
    const found = projectAddons(session).map((addon) => ({
      ...addon,
      refusals: addon.refusals.filter(({ column }) => names.has(column)),
    }))
    if (options.json) await printJson(found)
    else await print(found.length === 0 ? 'No addon for this machine was found.\n' : found.map(describe).join('\n'))
    return found.some(({ refusals }) => refusals.length > 0) ? 1 : 0
  } finally {
    closeSession(session)
  }
}

function describe({ package: name, path, refusals }: AddonReport): string {
  const lines = refusals.map(({ column, reason }) => `  ✗ ${column}: ${reason}\n`)
  return `${name || path}\n  ${path}\n${lines.length === 0 ? '  ✓ loads in every column\n' : lines.join('')}`
}
