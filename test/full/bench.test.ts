import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { themes } from '../bench/table.mjs'

const run = join(import.meta.dirname, '../bench/run.mjs')

// Whole runs of a suite in thirty columns take minutes.
const long = ['columns', 'memory']

test.each(themes.filter((theme) => !long.includes(theme)))(
  '%s is still measured, or its peer named as missing',
  async (theme) => {
    const { stdout } = await promisify(execFile)(process.execPath, [run, theme, '--quick'])
    const rows = stdout.split('\n').filter((line) => line.startsWith('| '))
    expect(rows.length).toBeGreaterThan(3)
    for (const row of rows.slice(2)) expect(row).toMatch(/not measured: (not installed|refused)|\d (µs|ms|s|MB) \|/)
  },
)
