import type { Grid } from '../../../packages/core/src/report/grid.js'
import type { Witness } from './suite.js'

/**
 * The ticks of a grid that no test vouches for: one that ended, and whose programs all said by themselves that they ran on
 * the column's version.
 */
export function falseTicks(grid: Grid | null, witnesses: readonly Witness[]): string[] {
  const ticks = (grid?.rows ?? []).flatMap(({ suite, test, cells }) =>
    Object.entries(cells).flatMap(([column, { state }]) => (state === 'pass' ? [{ suite, test, column }] : [])),
  )
  return ticks.flatMap(({ suite, test, column }) => {
    const glibc = grid?.columns.find(({ name }) => name === column)?.glibc
    const isOf = (witness: Witness) => witness.suite === suite && witness.test === test && witness.column === column
    const seen = witnesses.find(isOf)?.said ?? []
    const isTrue = seen.length > 0 && seen.every((line) => line.startsWith(`ran ${glibc} `))
    return isTrue ? [] : `${column}: ${suite} > ${test}`
  })
}
