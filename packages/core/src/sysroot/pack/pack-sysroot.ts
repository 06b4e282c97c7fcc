import { mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { GlibcMatrixError } from '../../errors.js'
import type { Sysroot } from '../sysroot.js'
import { treeDigest } from '../tree-digest.js'
import { checkedName, freshNames } from '../unpack/entry-names.js'
import { placerInto, type TarEntry } from '../unpack/place-entry.js'
import { isSystemError } from '../unpack/system-error.js'
import { MANIFEST_NAME, type PackManifest } from './manifest.js'

/** A sysroot as one file. */
export interface PackedSysroot {
  readonly bytes: Uint8Array
  readonly manifest: PackManifest
}

/**
 * Packs a sysroot with its companions: a `.tar.gz` of a manifest and all files, the same bytes for the same files. They go
 * through the very writer that unpacks them, so that the digest is the one that every machine will find.
 */
export async function packSysroot(sysroot: Sysroot): Promise<PackedSysroot> {
  if (sysroot.path === '/') throw isHost()
  const { dirSync } = await import('tmp')
  const stage = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-pack-' })
  try {
    const root = join(realpathSync(stage.name), 'root')
    mkdirSync(root, { mode: 0o775 })
    place(sysroot, root)
    const { name, spec, glibc, machine, packages } = sysroot
    const manifest: PackManifest = { format: 1, name, spec, glibc, machine, digest: treeDigest(root), packages }
    const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
    const first: TarEntry = { name: MANIFEST_NAME, type: 'file', mode: 0o644, target: '', bytes: text }
    const entries = [...entriesBelow(root, '')].map((entry) => ({ ...entry, name: `root/${entry.name}` }))
    return { bytes: gzipSync(await tarOf([first, ...entries]), { level: 9 }), manifest }
  } finally {
    stage.removeCallback()
  }
}

/** What a reader of archives would refuse is refused here. */
function place(sysroot: Sysroot, root: string): void {
  const checkFresh = freshNames()
  const placeEntry = placerInto(root)
  try {
    for (const entry of [...entriesBelow(sysroot.path, ''), ...companions(sysroot)]) {
      checkFresh(checkedName(entry.name), entry.type)
      placeEntry(entry)
    }
  } catch (cause) {
    if (isSystemError(cause)) throw cause
    throw new GlibcMatrixError(
      'SYSROOT_INVALID',
      `'${sysroot.spec}' can't be packed: ${(cause as Error).message}`,
      'Pack a prefix of glibc, or a root that holds libraries alone.',
      { spec: sysroot.spec },
      cause,
    )
  }
}

/** Sorted, directories before what they hold; sockets and the like are no part of a sysroot. */
function* entriesBelow(root: string, below: string): Generator<TarEntry> {
  const entries = readdirSync(join(root, below), { withFileTypes: true })
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    const path = join(root, name)
    if (entry.isDirectory()) {
      yield { name, type: 'directory', mode: 0o755, target: '', bytes: Buffer.alloc(0) }
      yield* entriesBelow(root, name)
    }
    if (entry.isSymbolicLink()) {
      yield { name, type: 'symlink', mode: 0o777, target: readlinkSync(path), bytes: Buffer.alloc(0) }
    }
    if (entry.isFile()) yield fileEntry(name, path)
  }
}

function fileEntry(name: string, path: string): TarEntry {
  const mode = (statSync(path).mode & 0o111) === 0 ? 0o444 : 0o555
  return { name, type: 'file', mode, target: '', bytes: readFileSync(path) }
}

/** Into the directory that the loader looks at first: they are only names that it lacks. */
function companions({ path, libraryPath, companions: taken }: Sysroot): readonly TarEntry[] {
  const [into, from] = [libraryPath[0] as string, libraryPath.at(-1) as string]
  return (taken?.libraries ?? []).map((name) => fileEntry(`${relative(path, into)}/${name}`, join(from, name)))
}

/** No time, owner or user's umask gets into it. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Uint8Array> {
  const { packTar } = await import('modern-tar')
  return packTar(
    entries.map(({ name, type, mode, target, bytes }) => ({
      header: {
        name: type === 'directory' ? `${name}/` : name,
        type: type as 'file',
        mode,
        size: bytes.length,
        linkname: target,
        mtime: new Date(0),
        uid: 0,
        gid: 0,
      },
      body: type === 'file' ? bytes : undefined,
    })),
  )
}

function isHost(): GlibcMatrixError {
  return new GlibcMatrixError(
    'SYSROOT_INVALID',
    "The host's glibc can't be packed: it is the whole system",
    'Pack an installed sysroot, or a directory (dir:PATH).',
  )
}
