import { createHash } from 'node:crypto'
import type { ReleasePin } from '../../../config/lock-file.js'
import { GlibcMatrixError } from '../../../errors.js'
import type { Keyring } from './archive.js'
import { checkArmor, readKeys } from './in-release.js'

/** What an InRelease says by a signature that was good once. */
export interface OnceSigned {
  readonly text: string
  /** Of the primary key, in hex. */
  readonly key: string
  readonly sha256: string
}

/**
 * Reads an InRelease as of the day it was signed, by keys that may have run out since and by hashes (SHA-1) that nobody takes
 * for safe any more; null when no such signature is good. It proves nothing by itself: a pin must name the file too.
 */
export async function readOnceSigned(
  bytes: Uint8Array,
  url: string,
  keyrings: readonly Keyring[],
): Promise<OnceSigned | null> {
  const openpgp = await import('openpgp')
  const config = {
    rejectHashAlgorithms: new Set([openpgp.enums.hash.md5]),
    rejectMessageHashAlgorithms: new Set([openpgp.enums.hash.md5]),
    rejectPublicKeyAlgorithms: new Set<never>(),
    minRSABits: 1024,
  }
  const cleartextMessage = checkArmor(bytes, url)
  const verificationKeys = (await Promise.all(keyrings.map(readKeys))).flat()
  const message = await openpgp.readCleartextMessage({ cleartextMessage, config }).catch(() => null)
  if (message === null) return null
  const { signatures, data } = await openpgp.verify({
    message,
    verificationKeys,
    date: null as unknown as Date,
    config,
  })
  for (const { keyID, verified } of signatures) {
    const isGood = await verified.catch(() => false)
    const key = verificationKeys.find((each) => each.getKeys(keyID).length > 0)
    if (isGood && key !== undefined) return { text: data, key: key.getFingerprint(), sha256: sha256(bytes) }
  }
  return null
}

/** @throws GlibcMatrixError CHECKSUM_MISMATCH for any other file than the one that a lock file pins. */
export function refuseUnpinned(bytes: Uint8Array, url: string, pin: ReleasePin): void {
  const found = sha256(bytes)
  if (found === pin.sha256) return
  throw new GlibcMatrixError(
    'CHECKSUM_MISMATCH',
    `${url} is not the release that is pinned: its sha256 is ${found}, the pin says ${pin.sha256}`,
    'Use a mirror that holds the pinned one, or look at the suite again and pin it anew: add SPEC --pin.',
    { url, found, expected: pin.sha256 },
  )
}

/** The text of the release that a lock file pins, signed by that key. */
export async function readPinned(
  bytes: Uint8Array,
  url: string,
  keyrings: readonly Keyring[],
  pin: ReleasePin,
): Promise<string> {
  const once = await readOnceSigned(bytes, url, keyrings)
  if (once?.key === pin.key) return once.text
  throw new GlibcMatrixError(
    'SIGNATURE_INVALID',
    `${url} is pinned as signed by ${shown(pin.key)}, and ${once === null ? 'no signature of a known key is good' : `is signed by ${shown(once.key)}`}`,
    "Name a file with that key in 'keyring' or GLIBC_MATRIX_KEYRING.",
    { url, found: once?.key ?? null, expected: pin.key },
  )
}

/** Refuses what was good once, and says how it is pinned by someone who knows that its suite has ended. */
export function ended(why: string, { key, sha256 }: OnceSigned, spec: string, url: string): GlibcMatrixError {
  const pin = `${shown(key)}:${sha256}`
  return new GlibcMatrixError(
    'RELEASE_ENDED',
    `${url} was signed by ${shown(key)} once, and counts no longer: ${why}`,
    `A mirror that holds updates back looks the same: use one that is up to date. If you know that ${spec} has reached its end, compare key and file with a source that you trust, and pin them: glibc-matrix add ${spec} --pin ${pin}`,
    { url, key, sha256, pin },
  )
}

function shown(key: string): string {
  return key.toUpperCase()
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
