import { GlibcMatrixError } from './errors.js'

/**
 * Refuses by name a kept file that a newer glibc-matrix wrote, before anyone takes it for damage. `format` is what stands
 * in the file, `known` the newest that this version reads.
 *
 * @throws GlibcMatrixError FORMAT_TOO_NEW.
 */
export function refuseNewerFormat(file: string, format: unknown, known: number, hint = 'Update glibc-matrix.'): void {
  // An object may have no way to become a number, and then throws.
  if (typeof format === 'object' || !(Number(format) > known)) return
  const found = `${file} has format ${format}, and this glibc-matrix reads ${known}`
  throw new GlibcMatrixError('FORMAT_TOO_NEW', found, hint, { file, format })
}
