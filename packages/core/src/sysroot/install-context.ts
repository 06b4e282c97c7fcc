import type { LockFile } from '../config/lock-file.js'
import { type HashedFiles, hashedFiles } from './hashed-files.js'
import type { InstallContext, Progress } from './providers/provider.js'
import type { Environment } from './store.js'

interface Sources {
  readonly mirrors?: readonly string[] | undefined
  readonly keyring?: string | null | undefined
  readonly allowUnsigned?: boolean | undefined
  readonly lock?: Pick<LockFile, 'releases'> | null | undefined
}

/** What providers get of a request and of this machine. */
export function installContext(
  request: Sources,
  options: { readonly onProgress?: ((progress: Progress) => void) | undefined },
  env: Environment,
): InstallContext & { readonly hashed: HashedFiles } {
  return {
    mirrors: request.mirrors ?? [],
    keyring: request.keyring ?? null,
    allowUnsigned: request.allowUnsigned ?? false,
    releases: request.lock?.releases ?? {},
    env,
    machineRoot: '/',
    now: new Date(),
    onProgress: options.onProgress ?? (() => {}),
    hashed: hashedFiles(),
  }
}
