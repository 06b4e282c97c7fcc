import { arch, platform, release } from 'node:os'
import { type Check, notice, ok, problem } from './check.js'

/** Node versions of package.json's `engines`. */
export const node: Check = {
  name: 'node',
  look() {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24
    const found = `Node ${process.version}, ${process.execPath}`
    return [supported ? ok(found) : notice(found, 'glibc-matrix is tested on Node ^20.19, ^22.12 and >=24.')]
  },
}

export const host: Check = {
  name: 'host',
  look({ host: sysroot }) {
    const kernel = `${platform()} ${release()}, ${arch()}`
    if (sysroot !== null) return [ok(`glibc ${sysroot.glibc} (${sysroot.libc.path}), ${kernel}`)]
    return [problem(`${kernel}, without a glibc of its own`, 'Use glibc-matrix on Linux with glibc (not musl).')]
  },
}
