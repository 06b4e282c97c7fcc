import type { Column } from './session.js'

const reason = 'left out by GLIBC_MATRIX_ONLY'

/** The host's column where another machine runs it: it is there, as others borrow from it, but nothing runs in it. */
export function leaveHostOut(column: Column): Column {
  return column.spec === 'host' ? { ...column, skip: reason } : column
}

export function isLeftOut({ spec, skip }: Column): boolean {
  return spec === 'host' && skip === reason
}
