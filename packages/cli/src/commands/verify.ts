import { type CheckedSysroot, checkSysroots, GlibcMatrixError } from '@glibc-matrix/core/store'
import type { Input } from '../command-line/command.js'
import type { jsonFlag } from '../command-line/flags.js'
import { print, printJson } from '../output/print.js'

/** Names every file of the installed sysroots that is not as it was installed. */
export async function run({ words, options }: Input<typeof jsonFlag>): Promise<number> {
  const checked = checkSysroots(process.env, words.length === 0 ? null : words)
  const unknown = words.find((word) => !checked.some(({ name, spec }) => name === word || spec === word))
  if (unknown !== undefined) throw notInstalled(unknown)
  if (options.json) await printJson(checked)
  else await print(checked.map(describe).join('') || 'No sysroot is installed.\n')
  return checked.every(({ faults }) => faults.length === 0) ? 0 : 1
}

function describe({ name, spec, path, digest, faults }: CheckedSysroot): string {
  const title = spec === null ? path : `${name} (${spec}) ${digest}`
  if (faults.length === 0) return `${title}: every file as installed\n`
  return `${title}: damaged\n${faults.map((fault) => `  ${fault.what} ${fault.path}: ${fault.detail}\n`).join('')}`
}

function notInstalled(word: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'SYSROOT_NOT_FOUND',
    `No installed sysroot is named '${word}'`,
    'Run: glibc-matrix list',
    { word },
  )
}
