import { spawnSync } from 'node:child_process'
import { type Check, notice, ok } from './check.js'

/** Only a checkout compiles; the published packages bring the shim. */
export const compiler: Check = {
  name: 'compiler',
  async look() {
    const name = process.env.CC || 'cc'
    const tried = spawnSync(name, ['--version'], { encoding: 'utf8' })
    if (tried.status === 0) return [ok(`${name}: ${tried.stdout.split('\n')[0]}`)]
    return [notice(`no C compiler '${name}'`, 'Only needed to build glibc-matrix itself or programs of your own.')]
  },
}
