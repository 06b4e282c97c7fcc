import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GlibcMatrixError } from '../../../errors.js'
import type { InstallContext } from '../provider.js'
import { type AptSource, readAptSources } from './apt-sources.js'
import { DEBIAN, type Distribution, KEYRING_DIRECTORY } from './distributions.js'

/** Where packages come from and whose signature counts. */
export interface Archive {
  readonly distribution: Distribution
  /** Base URLs without a slash at the end, to be tried in turn. */
  readonly mirrors: readonly string[]
  /** Keyrings as armored or binary OpenPGP keys, with where they were found; empty only with `allowUnsigned`. */
  readonly keyrings: readonly Keyring[]
  /** Of suites that have ended: no signature of theirs counts but one that a lock file pins. */
  readonly endedKeyrings: readonly Keyring[]
}

export interface Keyring {
  readonly from: string
  readonly bytes: Uint8Array
}

/** Finds mirrors and keyrings: the request's, else the environment's, else those that the machine's own apt uses for the distribution. */
export function findArchive(context: InstallContext, distribution: Distribution = DEBIAN): Archive {
  const sources = readAptSources(context.machineRoot).flatMap((source) => ownPart(source, distribution))
  const mirrors = findMirrors(sources, distribution, context)
  const ended = distribution.endedKeyringFiles.map((path) => join(context.machineRoot, path))
  const keyrings = findKeyrings(sources, distribution, context)
  return { distribution, mirrors, keyrings, endedKeyrings: ended.flatMap(readWhenPresent) }
}

/** The distribution's part of an apt source; a third party's, even one that names such a suite, has a key of its own. */
function ownPart(source: AptSource, distribution: Distribution): readonly AptSource[] {
  const suites = source.suites.filter((suite) => distribution.suites.includes(suite))
  const key = source.signedBy.every((each) => each.includes('-----BEGIN PGP') || distribution.ownKey.test(each))
  return suites.length > 0 && key && source.components.includes('main') ? [{ ...source, suites }] : []
}

function findMirrors(
  sources: readonly AptSource[],
  { title }: Distribution,
  context: InstallContext,
): readonly string[] {
  const variable = (context.env.GLIBC_MATRIX_MIRROR ?? '').split(/[\s,]+/)
  const given = [context.mirrors, variable].map(usable).find((urls) => urls.length > 0)
  const mirrors = given ?? usable(sources.flatMap((source) => source.uris.flatMap(expandMirrorList)))
  if (mirrors.length > 0) return mirrors
  throw new GlibcMatrixError(
    'MIRROR_NOT_FOUND',
    `No ${title} mirror is known: neither 'mirrors' nor GLIBC_MATRIX_MIRROR is set, and ${join(context.machineRoot, 'etc/apt')} names no ${title} archive`,
    `Set 'mirrors' in the config, or GLIBC_MATRIX_MIRROR, to the base URL of a ${title} mirror (the directory that holds dists/ and pool/).`,
    { machineRoot: context.machineRoot },
  )
}

/** apt's `mirror+file:` names a file with one URI a line (apt-transport-mirror(1)). */
function expandMirrorList(uri: string): readonly string[] {
  if (!uri.startsWith('mirror+file:')) return [uri]
  try {
    const text = readFileSync(fileURLToPath(uri.slice('mirror+'.length)), 'utf8')
    return text.split('\n').map((line) => line.split(/\s/)[0] ?? '')
  } catch {
    return []
  }
}

function usable(urls: readonly string[]): readonly string[] {
  const bases = urls.filter((url) => /^(?:https?|file):/i.test(url)).map((url) => url.replace(/\/+$/, ''))
  return [...new Set(bases)]
}

function findKeyrings(
  sources: readonly AptSource[],
  distribution: Distribution,
  context: InstallContext,
): readonly Keyring[] {
  const { title, keyringFiles, keyringPackage } = distribution
  const given = context.keyring ?? context.env.GLIBC_MATRIX_KEYRING
  if (given !== undefined && given !== '') return [readKeyring(given)]
  const inline = sources.flatMap((source) =>
    source.signedBy.filter((key) => key.includes('-----BEGIN PGP')).map((key) => inlineKeyring(key, source.file)),
  )
  const keyrings = [...keyringPaths(sources, distribution, context.machineRoot).flatMap(readWhenPresent), ...inline]
  if (keyrings.length > 0 || context.allowUnsigned) return keyrings
  throw new GlibcMatrixError(
    'KEYRING_NOT_FOUND',
    `No keyring of the ${title} archive was found below ${context.machineRoot} (looked for ${keyringFiles.join(', ')} and in ${KEYRING_DIRECTORY})`,
    `Install ${keyringPackage}, or set 'keyring' in the config, or GLIBC_MATRIX_KEYRING, to a file with the archive's keys.`,
    { machineRoot: context.machineRoot },
  )
}

function keyringPaths(
  sources: readonly AptSource[],
  { keyringName, keyringFiles }: Distribution,
  machineRoot: string,
): readonly string[] {
  const signedBy = sources.flatMap((source) => source.signedBy.filter((key) => key.startsWith('/')))
  const directory = join(machineRoot, KEYRING_DIRECTORY)
  const trusted = namesIn(directory).filter((name) => keyringName.test(name))
  const files = [...signedBy, ...keyringFiles].map((path) => join(machineRoot, path))
  return [...new Set([...files, ...trusted.map((name) => join(directory, name))])]
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

function readWhenPresent(path: string): readonly Keyring[] {
  try {
    return [{ from: path, bytes: readFileSync(path) }]
  } catch {
    return []
  }
}

function readKeyring(path: string): Keyring {
  try {
    return { from: path, bytes: readFileSync(path) }
  } catch (cause) {
    throw new GlibcMatrixError(
      'KEYRING_NOT_FOUND',
      `The keyring ${path} can't be read`,
      `Name a file with OpenPGP keys, armored or binary, in 'keyring' or GLIBC_MATRIX_KEYRING.`,
      { path },
      cause,
    )
  }
}

function inlineKeyring(key: string, file: string): Keyring {
  return { from: `${file} (Signed-By)`, bytes: Buffer.from(key) }
}
