// How long the command takes to begin, beside Node itself.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { figure } from '../figure.mjs'
import { interleave } from '../measure.mjs'

export const title = 'The start of the command'

const bin = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url))

export async function measure(progress) {
  progress('starts')
  const node =
    (...args) =>
    () =>
      execFileSync(process.execPath, args, { stdio: 'pipe' })
  const samples = await interleave(
    { version: node(bin, '--version'), help: node(bin, 'add', '--help'), node: node('-e', '0') },
    { rounds: 40 },
  )
  return ['version', 'help'].map((name) => {
    const what = { version: 'glibc-matrix --version', help: 'glibc-matrix add --help' }[name]
    return figure(`cli.${name}`, what, 'node -e 0', samples[name], samples.node, { goal: { atMost: 1.5 } })
  })
}
