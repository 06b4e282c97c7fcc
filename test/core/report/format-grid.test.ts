import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { formatGrid } from '../../../packages/core/src/report/format-grid.js'
import { gridFrom, result, said, seen } from './grids.js'

const plain = { color: false, incompatible: 'fail', unproven: 'warn' } as const
const ran = ['host', '2.31'].map((column) => result({ column }))
const lines = (text: string) => text.split('\n')

/** host passes, 2.31 is as said. */
function against(evidence: ReturnType<typeof said>, results = ran) {
  return gridFrom(results, (column) => (column === 'host' ? said([seen('mapped')]) : evidence))
}

describe('the table', () => {
  it.each([
    ['mapped', '✓ pass'],
    ['wrong', '✗ fail'],
    ['incompatible', '✗ incompatible'],
    ['unproven', '? unproven'],
    ['neutral', '· none'],
  ] as const)('shows a cell whose program is %s as %s', (state, sign) => {
    expect(formatGrid(against(said([seen(state)])), plain)).toContain(sign)
  })

  it('names each column and its glibc, and needs no colours to be read', () => {
    const text = formatGrid(against(said([seen('mapped')])), plain)
    expect(lines(text).slice(1, 7).join('\n')).toBe(
      [
        '┌───────────┬────────┬────────┐',
        '│           │ host   │ 2.31   │',
        '│           │ 2.36   │        │',
        '├───────────┼────────┼────────┤',
        '│ a.test.ts │ ✓ pass │ ✓ pass │',
        '└───────────┴────────┴────────┘',
      ].join('\n'),
    )
  })

  it('opens a suite into tests where the columns disagree, and only there', () => {
    const results = ['same', 'differs'].flatMap((test) => ran.map((run) => ({ ...run, test })))
    const grid = gridFrom(results, (column, _, test) =>
      said([seen(column === '2.31' && test === 'differs' ? 'incompatible' : 'mapped')]),
    )
    const text = formatGrid(grid, plain)
    expect(text).toMatch(/│ a\.test\.ts +│ ✓ pass +│ ✗ incompatible │/)
    expect(text).toMatch(/│ {3}differs +│ ✓ pass +│ ✗ incompatible │/)
    expect(text).not.toContain('same')
  })

  it('says so when nothing ran', () => {
    expect(
      formatGrid(
        gridFrom([], () => said()),
        plain,
      ),
    ).toBe('glibc-matrix: no tests ran\n')
  })
})

describe('colours', () => {
  const esc = String.fromCharCode(27)
  const red = `${esc}[31m`

  it('are all that a name may bring: what moves the cursor or turns a line around is written out', () => {
    const test = `${esc}[31mred${esc}[0m ${esc}[1A${esc}]0;title\u0007 \r\u009b2K \u202eback\tend`
    const results = ran.map((run) => ({ ...run, test }))
    const shown = String.raw`${esc}[31mred${esc}[0m \x1b[1A\x1b]0;title\x07 \x0d\x9b2K \x202eback`
    const text = formatGrid(
      gridFrom(results, (column) => said([seen(column === 'host' ? 'mapped' : 'wrong')])),
      plain,
    )
    expect(text).toContain(shown)
  })

  it('are there only when asked for', () => {
    const grid = against(said([seen('incompatible')]))
    expect(formatGrid(grid, plain)).not.toContain(esc)
    expect(formatGrid(grid, { ...plain, color: true })).toContain(`${red}✗ incompatible`)
  })

  it('follow the rules of what is red', () => {
    const colored = { ...plain, color: true }
    const unproven = against(said([seen('unproven')]))
    expect(formatGrid(unproven, colored)).not.toContain(red)
    expect(formatGrid(unproven, { ...colored, unproven: 'fail' })).toContain(`${red}? unproven`)
    expect(formatGrid(against(said([seen('incompatible')])), { ...colored, incompatible: 'allow' })).not.toContain(red)
  })
})

describe('below the table', () => {
  it('each doubtful test says the first column, the others, why, and how to see it by hand', () => {
    const both = gridFrom(ran, () => said([seen('incompatible')]))
    expect(formatGrid(both, plain)).toContain('✗ incompatible  a.test.ts > works\n')
    expect(formatGrid(both, plain)).toContain('  first in host (and in 2.31): why it is incompatible\n')
    const one = against(said([seen('unproven')]))
    expect(formatGrid(one, plain)).toContain('  first in 2.31: why it is unproven\n')
  })

  it('the command by hand survives a shell', () => {
    const text = formatGrid(against(said([seen('unproven')])), plain)
    const command =
      lines(text)
        .find((line) => line.startsWith('  by hand: '))
        ?.slice('  by hand: '.length) ?? ''
    expect(command).toBe("ld.so /project/tool 'it'\\''s'")
    const words = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
    expect(lines(words)).toEqual(['ld.so', '/project/tool', "it's", ''])
  })

  it("names the libraries that the host lent, by column, and nothing of the host's own column", () => {
    const lent = said([seen('mapped', ['/usr/lib/libz.so.1'])])
    expect(
      formatGrid(
        gridFrom(ran, () => lent),
        plain,
      ),
    ).toContain(
      "Lent by the host, as the sysroot lacks them (`packages` adds them, hostLibraries: 'refuse' forbids it):\n" +
        '  /usr/lib/libz.so.1  (in 2.31)\n',
    )
    expect(formatGrid(against(said([seen('mapped')])), plain)).not.toContain('Lent')
  })

  it('the last line counts the states and the red cells', () => {
    expect(lines(formatGrid(against(said([seen('incompatible')])), plain)).at(-2)).toBe(
      'glibc-matrix: 1 pass, 1 incompatible; 1 red',
    )
    expect(lines(formatGrid(against(said()), plain)).at(-2)).toBe('glibc-matrix: 1 pass, 1 none')
  })
})

it('tells why a column was skipped', () => {
  const grid = against(said([seen('mapped')]))
  const rows = grid.rows.map((row) => ({
    ...row,
    cells: {
      ...row.cells,
      '2.99': { state: 'skip', reason: "debian:x can't be had: no mirror", durationMs: 0, records: [] } as const,
    },
  }))
  const columns = [...grid.columns, { name: '2.99', spec: 'debian:x', glibc: null }]
  const text = formatGrid({ ...grid, columns, rows }, plain)
  expect(text).toContain("column 2.99 was skipped: debian:x can't be had: no mirror")
  expect(formatGrid(grid, plain)).not.toContain('was skipped')
})
