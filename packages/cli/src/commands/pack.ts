import { createHash, randomBytes } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { GlibcMatrixError, npmPackage, type PackageName, packSysroot, type Sysroot } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { packFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { print } from '../output/print.js'
import { installed } from '../sysroots/install.js'
import { sysrootNamed } from '../sysroots/request.js'

/** Writes a sysroot, with what it takes from another, to one file; tells the file, its sha256 and the digest of the tree. */
export async function run({ words, options }: Input<typeof packFlags>): Promise<number> {
  const format = options.format ?? 'tar'
  if (format !== 'tar' && format !== 'npm') throw usageError(usages.pack, `--format '${format}' is neither tar nor npm`)
  if (format === 'tar' && options.as !== undefined) throw usageError(usages.pack, '--as is for --format npm')
  const config = await configWith(options)
  const sysroot = await installed(await sysrootNamed(words[0] as string, config, options.with), config)
  const packed = await packSysroot(sysroot)
  const name = packageName(options.as, sysroot)
  const bytes = format === 'npm' ? await npmPackage(packed, name) : packed.bytes
  const file = resolve(options.out ?? (format === 'npm' ? tarballName(name) : archiveName(sysroot)))
  write(file, bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await print(`${file}\nsha256  ${sha256}\ndigest  ${packed.manifest.digest}\n`)
  return 0
}

function packageName(text: string | undefined, { glibc, machine }: Sysroot): PackageName {
  if (text === undefined)
    return { name: `glibc-sysroot-${glibc}-${machine.replaceAll('_', '-')}`, version: `${glibc}.0` }
  const [, name, version] =
    /^((?:@[a-z0-9_~][a-z0-9._~-]*\/)?[a-z0-9_~][a-z0-9._~-]*)@(\d+\.\d+\.\d+\S*)$/.exec(text) ?? []
  if (name !== undefined && version !== undefined) return { name, version }
  throw usageError(usages.pack, `--as '${text}' is no PACKAGE@VERSION such as @me/glibc-2.31@1.0.0`)
}

/** As npm pack has it. */
function tarballName({ name, version }: PackageName): string {
  return `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`
}

function archiveName({ name, machine }: Sysroot): string {
  return `glibc-${name}-${machine}.sysroot.tar.gz`
}

/** Beside its place first: whoever reads it meanwhile, or after a kill, has the old one or the new. */
function write(file: string, bytes: Uint8Array): void {
  const fresh = `${file}.${randomBytes(6).toString('hex')}.part`
  try {
    writeFileSync(fresh, bytes, { flag: 'wx' })
    renameSync(fresh, file)
  } catch (cause) {
    rmSync(fresh, { force: true })
    throw new GlibcMatrixError(
      'CONFIG_INVALID',
      `${file} can't be written: ${(cause as NodeJS.ErrnoException).code}`,
      'Name another file with --out.',
      { file },
      cause,
    )
  }
}
