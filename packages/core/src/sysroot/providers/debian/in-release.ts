import type { KeyID, PublicKey } from 'openpgp'
import { GlibcMatrixError } from '../../../errors.js'
import type { Keyring } from './archive.js'

const SIGNED = '-----BEGIN PGP SIGNED MESSAGE-----'
const SIGNATURE = '-----BEGIN PGP SIGNATURE-----'
const END = '-----END PGP SIGNATURE-----'

/**
 * Answers the signed text of an InRelease file, and nothing that stands outside of it. One good signature of a trusted key
 * suffices, if that key counts today: OpenPGP asks only whether it did when it signed.
 */
export async function readSigned(
  bytes: Uint8Array,
  url: string,
  keyrings: readonly Keyring[],
  now: Date,
): Promise<string> {
  const openpgp = await import('openpgp')
  const cleartextMessage = checkArmor(bytes, url)
  const verificationKeys = (await Promise.all(keyrings.map(readKeys))).flat()
  const message = await openpgp.readCleartextMessage({ cleartextMessage }).catch((cause) => {
    throw invalid(url, `it can't be read as a clear-signed text: ${(cause as Error).message}`, cause)
  })
  const { signatures, data } = await openpgp.verify({ message, verificationKeys, date: now }).catch((cause) => {
    throw invalid(url, `its signature can't be read: ${(cause as Error).message}`, cause)
  })
  const outcomes = await Promise.all(
    signatures.map(({ keyID, verified }) =>
      verified
        .then(() => checkKey(verificationKeys, keyID, now))
        .then(
          () => null,
          (error: Error) => `${keyID.toHex().toUpperCase()}: ${error.message}`,
        ),
    ),
  )
  if (outcomes.includes(null)) return data
  const places = keyrings.map((keyring) => keyring.from).join(', ')
  throw invalid(
    url,
    `no signature is good by the keys of ${places || 'no keyring'} (${outcomes.join('; ') || 'none found'})`,
  )
}

async function checkKey(keys: readonly PublicKey[], keyID: KeyID, now: Date): Promise<void> {
  const key = keys.find((each) => each.getKeys(keyID).length > 0)
  await key?.getSigningKey(keyID, now)
}

/** Text around the armor is how a mirror would slip unsigned fields in: the file must be the armor alone. */
export function checkArmor(bytes: Uint8Array, url: string): string {
  const text = Buffer.from(bytes).toString('utf8')
  const lines = text.trimEnd().split(/\r?\n/)
  const count = (mark: string) => lines.filter((line) => line.trimEnd() === mark).length
  if (lines[0] !== SIGNED) throw invalid(url, `it does not start with '${SIGNED}'`)
  if (lines.at(-1) !== END) throw invalid(url, `it does not end with '${END}'`)
  if (count(SIGNED) !== 1 || count(SIGNATURE) !== 1 || count(END) !== 1)
    throw invalid(url, 'it holds more than one signed part')
  return text
}

/** The keys of a keyring, armored or binary. */
export async function readKeys({ from, bytes }: Keyring): Promise<readonly PublicKey[]> {
  const openpgp = await import('openpgp')
  const armored = Buffer.from(bytes).toString('latin1').includes('-----BEGIN PGP')
  const options = armored ? { armoredKeys: Buffer.from(bytes).toString('utf8') } : { binaryKeys: bytes }
  return (await openpgp.readKeys(options as { binaryKeys: Uint8Array }).catch((cause) => {
    throw new GlibcMatrixError(
      'KEYRING_NOT_FOUND',
      `${from} holds no OpenPGP keys: ${(cause as Error).message}`,
      `Name a file with OpenPGP keys, armored or binary, in 'keyring' or GLIBC_MATRIX_KEYRING.`,
      { path: from },
      cause,
    )
  })) as PublicKey[]
}

function invalid(url: string, found: string, cause?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'SIGNATURE_INVALID',
    `The signature of ${url} is not accepted: ${found}`,
    `Try another mirror; update debian-archive-keyring or ubuntu-keyring, or name the right keys in 'keyring'. Don't use 'allowUnsigned' on a network that you don't own.`,
    { url },
    cause,
  )
}
