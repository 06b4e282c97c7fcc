import type { Cell } from './grid.js'

/** The command that shows by hand why a cell is what it is: that of its first process without a proof, else of its first. */
export function commandByHand({ records }: Pick<Cell, 'records'>): readonly string[] {
  const record = records.find(({ proof }) => proof === 'unproven') ?? records[0]
  return record?.command ?? []
}
