/** ENOSPC and the like are no fault of the archive. */
export function isSystemError(error: unknown): boolean {
  return /^E[A-Z0-9]+$/.test(String((error as NodeJS.ErrnoException).code)) && 'errno' in (error as object)
}
