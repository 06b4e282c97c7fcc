import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { GlibcMatrixError } from '../errors.js'
import { refuseNewerFormat } from '../newer-format.js'
import type { Grid } from './grid.js'
import { gridSchema } from './grid-schema.js'
import { hiddenCell } from './hidden-cells.js'

/**
 * Reads a grid file that a run or a merge wrote.
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
  const { format } = (found ?? {}) as { readonly format?: unknown }
  refuseNewerFormat(file, format, 1)
  const parsed = v.safeParse(gridSchema, found)
  if (parsed.success) {
    const hidden = hiddenCell(found, parsed.output)
    if (hidden === null) return parsed.output as Grid
    throw invalid(file, `it has a cell in '${hidden}', which no column can be called`)
  }
  const [issue] = parsed.issues
  throw invalid(file, `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`)
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
