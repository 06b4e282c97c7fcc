import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { type CompanionVerdict, judgeCompanions } from './companion-verdict.js'
import { withLock } from './lock.js'
import { type Environment, storeDirectory } from './store.js'
import { storeFailure } from './store-failure.js'
import type { Companions, Sysroot } from './sysroot.js'
import { treeDigest } from './tree-digest.js'

/** companions.json: what is in `lib` beside it, and what was left out. */
interface Record extends Companions {
  readonly format: 1
  readonly digest: string
}

/**
 * A sysroot with the libraries that it lacks taken from another: a prefix built from source has no libgcc_s, libstdc++ or
 * libz. They are copied, each only if all that it needs is there; nothing of glibc's own is ever taken.
 *
 * @throws GlibcMatrixError COMPANIONS_REFUSED when none of them can be used.
 */
export async function withCompanions(sysroot: Sysroot, from: Sysroot, env: Environment): Promise<Sysroot> {
  const verdict = judgeCompanions(sysroot, from)
  if (verdict.taken.length === 0) throw refused(sysroot, from, verdict)
  const home = join(dirname(storeDirectory(env)), 'companions')
  const key = keyOf(sysroot, from, verdict)
  const place = join(home, key)
  const there = readWhole(place)
  const record = there ?? (await copied(place, from, verdict, key, env))
  const lib = join(realpathSync(place), 'lib')
  const digest = createHash('sha256').update(`${sysroot.digest}\n${record.digest}`).digest('hex')
  const { spec, libraries, refused: left } = record
  return {
    ...sysroot,
    digest,
    libraryPath: [...sysroot.libraryPath, lib],
    companions: { spec, libraries, refused: left },
  }
}

function keyOf(sysroot: Sysroot, from: Sysroot, { taken }: CompanionVerdict): string {
  const files = taken.map(({ soname, path }) => `${soname} ${path}`)
  return createHash('sha256')
    .update([sysroot.digest, from.digest, ...files].join('\n'))
    .digest('hex')
    .slice(0, 24)
}

/** Null unless every file is as it was copied. */
function readWhole(place: string): Record | null {
  try {
    const record = JSON.parse(readFileSync(join(place, 'companions.json'), 'utf8')) as Record
    return record.format === 1 && treeDigest(join(place, 'lib')) === record.digest ? record : null
  } catch {
    return null
  }
}

async function copied(
  place: string,
  from: Sysroot,
  verdict: CompanionVerdict,
  key: string,
  env: Environment,
): Promise<Record> {
  const copy = async () => {
    const byAnother = readWhole(place)
    if (byAnother !== null) return byAnother
    const scratch = `${place}.tmp`
    for (const path of [scratch, place]) rmSync(path, { recursive: true, force: true })
    const lib = join(scratch, 'lib')
    mkdirSync(lib, { recursive: true, mode: 0o775 })
    for (const { soname, path } of verdict.taken) {
      copyFileSync(path, join(lib, soname))
      chmodSync(join(lib, soname), 0o444)
    }
    const libraries = verdict.taken.map(({ soname }) => soname)
    const record: Record = { format: 1, digest: treeDigest(lib), spec: from.spec, libraries, refused: verdict.refused }
    writeFileSync(join(scratch, 'companions.json'), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o664 })
    renameSync(scratch, place)
    return record
  }
  return withLock(env, `companions-${key}`, copy).catch((error) => {
    throw storeFailure(error, dirname(place))
  })
}

function refused(sysroot: Sysroot, from: Sysroot, { refused: all }: CompanionVerdict): GlibcMatrixError {
  const reasons = all.map(({ reason }) => reason)
  const found = reasons.length === 0 ? `it has none that ${sysroot.spec} lacks` : reasons.slice(0, 5).join('; ')
  return new GlibcMatrixError(
    'COMPANIONS_REFUSED',
    `No library of '${from.spec}' can be used beside ${sysroot.musl ? '' : 'glibc '}${sysroot.glibc} of '${sysroot.spec}': ${found}`,
    reasons.length === 0
      ? "Leave 'with' out."
      : sysroot.musl
        ? "Take the companions from a root of a distribution of musl: 'musl:DIR' or 'oci:REF'."
        : `Take the companions from a sysroot whose glibc is ${sysroot.glibc} or older.`,
    { spec: sysroot.spec, with: from.spec, refused: all },
  )
}
