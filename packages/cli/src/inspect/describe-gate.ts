import type { BaselineChange, BaselineChanges, GatedFile } from '@glibc-matrix/core'
import { columnsOf } from '../output/print.js'

/** How many symbols are named of those that force one floor. */
const named = 4

/** A line for each file, the highest floor first, then what the gate says. */
export function describeGate(
  files: readonly GatedFile[],
  max: string | null,
  changes: BaselineChanges | null,
  baseline: string | null,
): string {
  const table = columnsOf(files.map((file) => [signOf(file, max), floorOf(file), file.path, becauseOf(file)]))
  return `${table}\n${summary(files, max)}${changes === null ? '' : describeChanges(changes, baseline)}`
}

function signOf({ above, error }: GatedFile, max: string | null): string {
  if (above || error !== null) return '✗'
  return max === null ? ' ' : '✓'
}

function floorOf({ floor, error }: GatedFile): string {
  return error === null ? (floor?.glibc ?? '-') : '?'
}

function becauseOf({ floor, kind, error }: GatedFile): string {
  if (error !== null) return `${error.code}: ${error.message}`
  if (floor === null) return kind === 'static' || kind === 'static-pie' ? kind : 'needs no version of glibc'
  const names = [...new Set(floor.symbols.map(({ name }) => name))]
  const more = names.length - named
  return `${names.slice(0, named).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function summary(files: readonly GatedFile[], max: string | null): string {
  const [highest] = files
  const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`
  const unread = files.filter(({ error }) => error !== null).length
  const parts = [
    highest?.floor ? `${count}, the highest floor is glibc ${highest.floor.glibc}` : `${count} without a floor`,
    ...(max === null ? [] : [`${files.filter(({ above }) => above).length} above ${max}`]),
    ...(unread === 0 ? [] : [`${unread} can't be read`]),
  ]
  return `${parts.join('; ')}\n`
}

function describeChanges({ risen, fresh, fallen, gone }: BaselineChanges, baseline: string | null): string {
  const lines = [
    ...risen.map((change) => `✗ risen   ${arrow(change)}`),
    ...fresh.map((change) => `✗ fresh   ${change.path}: ${change.is ?? 'no floor'}`),
    ...fallen.map((change) => `  fallen  ${arrow(change)}`),
    ...gone.map((change) => `  gone    ${change.path}: was ${change.was ?? 'no floor'}`),
  ]
  if (lines.length === 0) return `as in ${baseline}\n`
  return `\nunlike ${baseline} (--update writes it anew, for a review):\n${lines.map((line) => `${line}\n`).join('')}`
}

function arrow({ path, was, is }: BaselineChange): string {
  return `${path}: ${was ?? 'no floor'} → ${is ?? 'no floor'}`
}
