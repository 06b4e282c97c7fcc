import { compareGlibc, floorsOfGrid, readGrid, type TestFloor } from '@glibc-matrix/core'
import { columnsOf, print, printJson } from '../output/print.js'
import { isAbove } from './describe.js'

/** The floor of each test of a grid file, which a suite's reporter wrote (`outputFile`). */
export async function gridFloors(
  file: string,
  { max = null, json = false }: { readonly max?: string | null | undefined; readonly json?: boolean | undefined },
): Promise<number> {
  const tests = floorsOfGrid(readGrid(file), compareGlibc)
  if (json) await printJson({ format: 1, tests })
  else await print(columnsOf(tests.map(rowOf)))
  return tests.some(({ floor }) => floor === null || isAbove(floor, max)) ? 1 : 0
}

function rowOf({ suite, test, floor, broken, unknown }: TestFloor): string[] {
  const notes = [
    ...(broken.length === 0 ? [] : [`fails in ${broken.join(', ')}, although newer`]),
    ...(unknown.length === 0 ? [] : [`nothing proven in ${unknown.join(', ')}`]),
  ]
  return [floor ?? 'none', `${suite} > ${test}`, notes.join('; ')]
}
