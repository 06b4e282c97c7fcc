import type { Grid } from './grid.js'
import { writeJson } from './write-json.js'

/** Writes the grid file. */
export function writeGrid(path: string, grid: Grid): void {
  writeJson(path, grid)
}
