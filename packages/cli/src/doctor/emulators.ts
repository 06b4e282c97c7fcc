import { emulators as emulatorsFor } from '@glibc-matrix/core'
import { type Check, ok } from './check.js'

/** Columns of other machines alone need one, and are refused by name without it. */
export const emulators: Check = {
  name: 'emulators',
  look({ host }) {
    if (host === null) return []
    const all = emulatorsFor(host.machine)
    const found = all.flatMap(({ machine, path }) => (path === null ? [] : `${machine} by ${path}`))
    const missing = all.flatMap(({ machine, path }) => (path === null ? machine : []))
    const lacking = `none for ${missing.join(', ')} (the package qemu-user-static, from Debian 13 on qemu-user)`
    return [ok([...found, ...(missing.length > 0 ? [lacking] : [])].join('; '))]
  },
}
