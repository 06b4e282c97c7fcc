// The demo: one suite of real native programs over four glibc versions and the host, in Vitest and in Jest, each cell
// held against raw ld.so by hand. Red cells are expected (programs too new for an old glibc); a cell that disagrees
// with raw ld.so fails the demo.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const project = join(root, 'fixtures/projects/demo')
const runners = [
  { name: 'Vitest', directory: join(project, 'vitest'), args: [bin('vitest'), 'run'] },
  { name: 'Jest', directory: join(project, 'jest'), args: ['--experimental-vm-modules', bin('jest')] },
]

const style = { color: process.stdout.isTTY === true, incompatible: 'fail', unproven: 'warn' }

requireTools()
execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
const { buildPrograms } = await import(join(root, 'fixtures/programs/build.mjs'))
const { formatGrid } = await import('@glibc-matrix/core')
const { programs } = await import(join(project, 'programs.mjs'))
await buildPrograms(join(root, 'fixtures/programs/build'))

const grids = runners.map((runner) => ({ ...runner, grid: run(runner) }))
const faults = grids.flatMap(({ name, grid }) => compareWithRawLoader(name, grid))
for (const { name, grid } of grids) console.log(`\n${name}:${formatGrid(grid, style)}`)
for (const fault of faults) console.error(`demo: ${fault}`)
const cells = grids.reduce((sum, { grid }) => sum + grid.rows.length * grid.columns.length, 0)
console.log(`demo: ${cells} cells compared with raw ld.so, ${faults.length} disagree`)
process.exitCode = faults.length === 0 ? 0 : 1

function bin(name) {
  return join(root, 'node_modules', '.bin', name)
}

/** Runs the suite and returns its grid. Its exit status is 1, since some programs are too new for the old columns. */
function run({ name, directory, args }) {
  const file = join(directory, '.glibc-matrix/grid.json')
  rmSync(file, { force: true })
  console.log(`\n=== ${name} ===`)
  const { status } = spawnSync(process.execPath, args, { cwd: directory, stdio: 'inherit' })
  if (!existsSync(file)) throw new Error(`${name} exited with ${status} and left no grid`)
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Every proven or incompatible cell again, by the very command that the grid names. */
function compareWithRawLoader(name, grid) {
  const faults = []
  for (const row of grid.rows) {
    const says = programs[row.test]?.says ?? /./
    for (const column of grid.columns) {
      const cell = row.cells[column.name]
      const command = cell.records[0]?.command
      if (command === undefined) {
        faults.push(`${name}: ${row.test} in ${column.name} is ${cell.state} and names no command`)
        continue
      }
      const byHand = spawnSync(command[0], command.slice(1), { encoding: 'utf8' })
      const works = byHand.status === 0 && says.test(byHand.stdout)
      if (works !== (cell.state === 'pass')) {
        faults.push(
          `${name}: ${row.test} in ${column.name} is ${cell.state}, by hand it ${works ? 'works' : `fails: ${byHand.stderr.trim()}`}`,
        )
      }
    }
  }
  if (grid.columns.length < 5)
    faults.push(`${name}: only the columns ${grid.columns.map((column) => column.name).join(', ')} ran`)
  return faults
}

function requireTools() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const missing = []
  if (process.platform !== 'linux') missing.push(`Linux (this is ${process.platform})`)
  if (major < 20 || (major === 20 && minor < 19)) missing.push(`Node 20.19 or later (this is ${process.versions.node})`)
  if (spawnSync(process.env.CC ?? 'cc', ['--version']).error)
    missing.push('a C compiler (Debian: apt-get install gcc libc6-dev; or set CC)')
  if (!existsSync(join(root, 'node_modules/vitest'))) missing.push('the dependencies (npm ci)')
  if (missing.length === 0) return
  console.error(`demo: missing: ${missing.join('; ')}`)
  process.exit(1)
}
