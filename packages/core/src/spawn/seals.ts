import {
  type Dirent,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { hardLink } from '../reroute/hard-link.js'
import { type Seal, sealSysroot } from '../reroute/seal.js'
import type { Link } from '../reroute/seal-libraries.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import { mayRun, nobody } from './other-user.js'
import { runFailure } from './run-directories.js'
import { hostOf, type Session, type SessionColumn } from './session.js'

/**
 * A column's seal, made by the first process that needs it: a column in which nothing runs costs nothing. Null for a column
 * that can't run.
 *
 * @throws GlibcMatrixError SEAL_FAILED, NO_SPACE, SYSROOT_MISSING.
 */
export function sealOf(session: Session, column: SessionColumn): Seal | null {
  const found = seals.get(column)
  if (found !== undefined) return found
  const { sysroot, letter, emulator } = column
  const host = hostOf(session.columns)
  if (sysroot === null || host === null) return null
  const own = known(session, letter) ?? make(session, letter, { sysroot, emulator, host, link: symlinkSync })
  if (own !== null) seals.set(column, own)
  return own
}

/**
 * For children of other users, where root's sysroot lies out of their reach; null: they use the column's own. Across file
 * systems there are no hard links: then ld.so tells such a child that it can't open the libc, and without a record its cell
 * is unproven.
 */
export function sealForOthers(session: Session, { sysroot, letter, emulator }: SessionColumn): Seal | null {
  const host = hostOf(session.columns)
  if (sysroot === null || host === null || process.geteuid?.() !== 0) return null
  const name = othersLetter(letter)
  const made = known(session, name)
  if (made !== null) return made
  if (mayRun(sysroot.libc.path, nobody)) return null
  try {
    return make(session, name, { sysroot, emulator, host, link: hardLink })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') return null
    throw error
  }
}

/** The seals of a column that some process has made. */
export function madeSeals(session: Session, { letter }: SessionColumn): Seal[] {
  return [letter, othersLetter(letter)].flatMap((name) => known(session, name) ?? [])
}

function othersLetter(letter: string): string {
  return `${letter}u`
}

/** One object for each, by which answers are remembered. */
const seals = new WeakMap<SessionColumn, Seal>()
const byFile = new Map<string, Seal>()

function known(session: Session, letter: string): Seal | null {
  const file = fileOf(session, letter)
  const found = byFile.get(file) ?? read(file)
  if (found !== null) byFile.set(file, found)
  return found
}

/** Is there once all the seal's files are. */
function fileOf({ directory }: Session, letter: string): string {
  return join(directory, `${letter}.json`)
}

function read(file: string): Seal | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Seal
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

interface Wanted {
  readonly sysroot: Sysroot
  readonly emulator: string | null
  readonly host: Sysroot
  readonly link: Link
}

/**
 * Many workers may do so at once, and each may be killed: everything is made aside and put in its place whole, where what is
 * there already stays, as others run it. All of them make the same.
 */
function make(session: Session, letter: string, { sysroot, emulator, host, link }: Wanted): Seal | null {
  const { directory, journals, programs, sealing } = session
  const workshop = mkdtempSync(join(directory, '.seal'))
  try {
    const scope = { root: programs.root, programs: programs.programs, exclude: programs.exclude, node: sealing.node }
    const { accountant } = sealing
    const startPage = BigInt(sealing.startPage)
    const place = { directory, workshop, letter, journals, host, scope, accountant, startPage, emulator }
    const seal = sealSysroot(sysroot, place, link)
    for (const entry of readdirSync(workshop, { withFileTypes: true })) putInPlace(entry, workshop, directory)
    const file = fileOf(session, letter)
    const whole = join(workshop, basename(file))
    writeFileSync(whole, JSON.stringify(seal), { mode: 0o600 })
    putFile(whole, file)
    return known(session, letter)
  } catch (error) {
    if (!existsSync(sysroot.libc.path)) throw removed(sysroot, error)
    throw runFailure(error, directory)
  } finally {
    rmSync(workshop, { recursive: true, force: true })
  }
}

function putInPlace(entry: Dirent, from: string, to: string): void {
  const put = entry.isDirectory() ? putDirectory : putFile
  put(join(from, entry.name), join(to, entry.name))
}

function putDirectory(made: string, place: string): void {
  try {
    renameSync(made, place)
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** Where a file system has no links, one of the same may take the place of another. */
function putFile(made: string, place: string): void {
  try {
    linkSync(made, place)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(made, place)
  }
}

function removed({ name, spec, path }: Sysroot, cause: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'SYSROOT_MISSING',
    `the sysroot of column ${name} (${spec}, in ${path}) was removed while this run used it`,
    `Run it again: what is missing is installed anew.`,
    { path },
    cause,
  )
}
