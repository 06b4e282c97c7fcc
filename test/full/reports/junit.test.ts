import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { junitReport } from '@glibc-matrix/core'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { hostileGrid } from '../../core/report/hostile-grid.js'
import { temporaryDirectory } from '../directory.js'
import { largeGrid } from './large-grid.js'

const schema = fileURLToPath(new URL('junit.xsd', import.meta.url))
const rules = { incompatible: 'fail', unproven: 'fail' } as const

test.each([
  ['a large grid', () => largeGrid(500)],
  ['hostile text', () => hostileGrid()],
])('%s is valid by the common schema', async (name, grid) => {
  const file = join(temporaryDirectory('junit'), 'junit.xml')
  writeFileSync(file, junitReport(grid(), rules))
  const { stderr, exitCode } = await execa('xmllint', ['--noout', '--schema', schema, file], { reject: false })
  expect({ name, exitCode, stderr }).toEqual({ name, exitCode: 0, stderr: `${file} validates` })
})
