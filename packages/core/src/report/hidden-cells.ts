interface Rows {
  readonly rows: readonly { readonly cells: object }[]
}

/**
 * The name of a cell that is in a file and not in what was read of it, null without one: `constructor` and its like are no keys
 * for valibot's record, and a red cell must not vanish by its column's name.
 */
export function hiddenCell(value: unknown, read: Rows): string | null {
  const { rows } = value as Rows
  const hidden = rows.flatMap(({ cells }, index) =>
    Object.keys(cells).filter((name) => !Object.hasOwn(read.rows[index]?.cells ?? {}, name)),
  )
  return hidden[0] ?? null
}
