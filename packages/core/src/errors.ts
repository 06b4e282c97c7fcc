const brand = Symbol.for('glibc-matrix.error')

/** What a `GlibcMatrixError` carries besides its message: where the failure was, for tools. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/**
 * The one error class of glibc-matrix. `code` is stable and names the failure; `message` says what happened and what
 * was found; `hint` says what to do. Recognise it with `isGlibcMatrixError`, never by `instanceof`: Jest has many realms.
 */
export class GlibcMatrixError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, hint: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'GlibcMatrixError'
    this.code = code
    this.hint = hint
    this.details = details
    Object.defineProperty(this, brand, { value: true })
  }
}

/** True for an error of ours from any realm and any copy of this package. */
export function isGlibcMatrixError(error: unknown): error is GlibcMatrixError {
  return typeof error === 'object' && error !== null && brand in error
}

/** Every failure that a user can act on. Codes are part of the public interface: add, never rename. */
export type ErrorCode =
  // config
  | 'CONFIG_NOT_READABLE'
  | 'CONFIG_INVALID'
  | 'COLUMN_DUPLICATE'
  | 'COLUMN_UNKNOWN'
  | 'PRAGMA_INVALID'
  | 'CONFIG_EXISTS'
  // elf
  | 'ELF_NOT_READABLE'
  | 'ELF_TRUNCATED'
  | 'ELF_MALFORMED'
  // survey
  | 'NOTHING_TO_INSPECT'
  | 'BASELINE_INVALID'
  // sysroot
  | 'SPEC_UNKNOWN'
  | 'SUITE_UNKNOWN'
  | 'SYSROOT_NOT_FOUND'
  | 'SYSROOT_INVALID'
  | 'SYSROOT_MISSING'
  | 'MIRROR_NOT_FOUND'
  | 'KEYRING_NOT_FOUND'
  | 'DOWNLOAD_FAILED'
  | 'SIGNATURE_INVALID'
  | 'RELEASE_REPLAYED'
  | 'RELEASE_ENDED'
  | 'CHECKSUM_MISMATCH'
  | 'INDEX_MALFORMED'
  | 'ARCHIVE_MALFORMED'
  | 'PACKAGE_NOT_FOUND'
  | 'IMAGE_NOT_FOUND'
  | 'IMAGE_MALFORMED'
  | 'LOGIN_FAILED'
  | 'NO_SPACE'
  | 'STORE_NOT_WRITABLE'
  | 'TOOLS_MISSING'
  | 'BUILD_FAILED'
  | 'COMPANIONS_REFUSED'
  | 'SYSROOT_DAMAGED'
  | 'SYSROOT_IN_USE'
  | 'LOCK_MALFORMED'
  | 'LOCK_OUTDATED'
  | 'LOCK_MISMATCH'
  | 'PIN_GONE'
  // plan and spawn
  | 'PROGRAM_NOT_FOUND'
  | 'PROGRAM_NOT_EXECUTABLE'
  | 'PROGRAM_FOREIGN'
  | 'SEAL_FAILED'
  | 'EMULATOR_MISSING'
  | 'STRATEGY_REFUSED'
  | 'NODE_TOO_NEW'
  | 'WORKER_DIED'
  | 'SESSION_NOT_FOUND'
  | 'PLATFORM_UNSUPPORTED'
  // evidence and report
  | 'JOURNAL_MALFORMED'
  | 'FORMAT_TOO_NEW'
  | 'GRID_INVALID'
  | 'BLOB_NOT_FOUND'
  | 'BLOB_DAMAGED'
  | 'TIMINGS_MALFORMED'
  // command line
  | 'USAGE'
