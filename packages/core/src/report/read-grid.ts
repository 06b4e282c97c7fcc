import { readFileSync } from 'node:fs'
import { GlibcMatrixError } from '../errors.js'
import type { Grid } from './grid.js'

/**
 * Reads a grid file that a run wrote.
 *
 * @throws GlibcMatrixError GRID_INVALID, FORMAT_TOO_NEW.
 */
export function readGrid(file: string): Grid {
  let found: unknown
  try {
    found = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw invalid(file, (cause as Error).message, cause)
  }
  const { format, columns, rows } = (found ?? {}) as Partial<Record<keyof Grid, unknown>>
  if (typeof format === 'number' && format > 1) {
    throw new GlibcMatrixError(
      'FORMAT_TOO_NEW',
      `${file} has format ${format}, and this glibc-matrix knows 1`,
      'Update glibc-matrix.',
      { file, format },
    )
  }
  if (format !== 1 || !Array.isArray(columns) || !Array.isArray(rows))
    throw invalid(file, 'it has no format, columns and rows')
  return found as Grid
}

function invalid(file: string, found: string, cause?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'GRID_INVALID',
    `${file} is no grid file: ${found}`,
    'Name what `outputFile` of the config, or `run --report json=FILE`, wrote.',
    { file },
    cause,
  )
}
