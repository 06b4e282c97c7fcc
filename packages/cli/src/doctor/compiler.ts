import { type Check, notice, ok } from './check.js'

/** Only a checkout compiles; the published packages bring the shim. */
export const compiler: Check = {
  name: 'compiler',
  async look() {
    const { execa } = await import('execa')
    const name = process.env.CC || 'cc'
    const tried = await execa(name, ['--version'], { reject: false, stdio: 'pipe' })
    if (tried.exitCode === 0) return [ok(`${name}: ${tried.stdout.split('\n')[0]}`)]
    return [notice(`no C compiler '${name}'`, 'Only needed to build glibc-matrix itself or programs of your own.')]
  },
}
