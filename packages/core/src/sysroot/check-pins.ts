import type { LockedTree } from '../config/lock-file.js'
import { GlibcMatrixError } from '../errors.js'
import type { InstalledPackage, Sysroot } from './sysroot.js'

/** What a lock file says of a sysroot. */
export interface Pinned {
  readonly tree: LockedTree
  readonly file: string
}

/** @throws GlibcMatrixError LOCK_MISMATCH when a sysroot is not the one that is pinned. */
export function checkPins(
  { tree, file }: Pinned,
  found: Pick<Sysroot, 'spec' | 'glibc' | 'digest' | 'packages'>,
): void {
  const fault =
    glibcFault(tree, found) ?? (tree.digest === null ? packageFault(tree, found) : digestFault(tree.digest, found))
  if (fault === null) return
  throw new GlibcMatrixError(
    'LOCK_MISMATCH',
    `'${found.spec}' is not what ${file} pins: ${fault}`,
    'If it was changed on purpose: glibc-matrix update, and commit the lock file. If not, find out who changed it.',
    { file, spec: found.spec, pinned: tree, digest: found.digest },
  )
}

/** Whether these are the packages that a lock file pins. */
export function isMadeOf(tree: LockedTree, packages: readonly InstalledPackage[]): boolean {
  return packageFault(tree, { packages }) === null
}

/** A lock file that was merged by hand may name one sysroot's packages and another's digest. */
function glibcFault({ glibc: pinned }: LockedTree, { glibc }: Pick<Sysroot, 'glibc'>): string | null {
  return glibc === pinned ? null : `its libc is ${glibc}, pinned is ${pinned}`
}

function digestFault(pinned: string, { digest }: Pick<Sysroot, 'digest'>): string | null {
  return digest === pinned ? null : `the digest of its files is ${digest}, pinned is ${pinned}`
}

/** What is built here has another digest with each compiler; what it was built from must be the same. */
function packageFault({ packages: pinned }: LockedTree, { packages }: Pick<Sysroot, 'packages'>): string | null {
  const other = packages.find(({ name, sha256 }) => !pinned.some((pin) => pin.name === name && pin.sha256 === sha256))
  if (other !== undefined) return `the sha256 of ${other.name} ${other.version} is '${other.sha256}'`
  return packages.length === pinned.length
    ? null
    : `it is made of ${packages.length} parts, pinned are ${pinned.length}`
}
