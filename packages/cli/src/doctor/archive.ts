import { findArchive, isGlibcMatrixError } from '@glibc-matrix/core'
import { type Check, notice, ok } from './check.js'

/** Where `debian:` sysroots would come from; nothing is downloaded. `dir:` sysroots do without. */
export const archive: Check = {
  name: 'archive',
  look({ config }) {
    const { mirrors, keyring, allowUnsigned } = config
    try {
      const context = { mirrors, keyring, allowUnsigned, env: process.env, machineRoot: '/', now: new Date() }
      const found = findArchive({ ...context, onProgress() {} })
      const keys = found.keyrings.map(({ from }) => from).join(', ') || 'none (unsigned is allowed)'
      return [ok(`mirrors: ${found.mirrors.join(', ')}; keys: ${keys}`)]
    } catch (error) {
      if (!isGlibcMatrixError(error)) throw error
      return [notice(`no debian: sysroot can be installed: ${error.message}`, error.hint)]
    }
  },
}
