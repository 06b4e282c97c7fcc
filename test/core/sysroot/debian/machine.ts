import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dirSync } from 'tmp'
import { onTestFinished } from 'vitest'
import type { InstallContext } from '../../../../packages/core/src/sysroot/providers/provider.js'
import { removeTree } from '../../../../packages/core/src/sysroot/read-only.js'

/** A directory that is gone when the test is. */
export function temporary(): string {
  const { name } = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-' })
  onTestFinished(() => removeTree(name))
  return name
}

/** Files below a new directory, as the root of a machine. */
export function machine(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = temporary()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

/** What an install gets when neither request nor environment says anything. */
export function context(machineRoot: string, more: Partial<InstallContext> = {}): InstallContext {
  return {
    mirrors: [],
    keyring: null,
    allowUnsigned: false,
    env: { GLIBC_MATRIX_HOME: join(machineRoot, 'store') },
    machineRoot,
    now: new Date(),
    onProgress: () => {},
    ...more,
  }
}
