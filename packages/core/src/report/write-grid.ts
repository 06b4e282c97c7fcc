import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Grid } from './grid.js'

/** Writes the grid file whole: a reader sees the old one or the new one. */
export function writeGrid(path: string, grid: Grid): void {
  mkdirSync(dirname(path), { recursive: true })
  const fresh = `${path}.${process.pid}`
  writeFileSync(fresh, `${JSON.stringify(grid, null, 2)}\n`)
  renameSync(fresh, path)
}
