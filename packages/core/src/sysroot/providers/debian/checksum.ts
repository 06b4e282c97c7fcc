import { createHash } from 'node:crypto'
import { GlibcMatrixError } from '../../../errors.js'

/** Refuses a file that is not the one that the signed metadata names. */
export function checkSum(
  bytes: Uint8Array,
  expected: { readonly size: number; readonly sha256: string },
  url: string,
): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (bytes.length === expected.size && sha256 === expected.sha256) return
  throw new GlibcMatrixError(
    'CHECKSUM_MISMATCH',
    `${url} is not the file that the archive signed: it has ${bytes.length} bytes and sha256 ${sha256}, expected were ${expected.size} bytes and ${expected.sha256}`,
    `Try again in a few minutes (a mirror may be half updated), or set 'mirrors' or GLIBC_MATRIX_MIRROR to another mirror.`,
    { url, expected, found: { size: bytes.length, sha256 } },
  )
}
