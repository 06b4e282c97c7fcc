// `npm run bench:evidence`: what a process pays for its record. The sealed loader with the shim, beside the same loader with
// a preloaded library that does nothing, and with none; raw ld.so for scale. Interleaved; medians, µs of processor time.
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeSession, loadConfig, prepareMatrix } from '@glibc-matrix/core'
import { attach, uninstall } from '@glibc-matrix/core/register'
import tmp from 'tmp'
import { buildPrograms } from '../../fixtures/programs/build.mjs'

const rounds = 1000
const column = '2.31'
const nothing = 'static volatile int begun;\n__attribute__((constructor)) static void begin(void) { begun = 1; }\n'

tmp.setGracefulCleanup()
const { name: directory } = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' })
const { 'exit-with': program } = await buildPrograms(directory, ['exit-with'])
const config = await loadConfig({ cwd: directory, overrides: { sysroots: { [column]: 'debian:bullseye' } } })
const session = await prepareMatrix(config, { install: true })
attach({ session: session.file, column, file: 'bench' })
uninstall()
const { sysroot, seal } = session.columns.find(({ name }) => name === column)
const journal = readdirSync(session.journals).find((name) => name.endsWith('.jsonl'))

const ways = {
  'raw ld.so': [sysroot.loader, 'ld.so', '--library-path', sysroot.libraryPath.join(':'), program, '0'],
  'sealed, no preload': sealed(otherPreload('N', null), 1),
  'sealed, empty preload': sealed(otherPreload('E', emptyLibrary()), 2),
  'sealed, shim': sealed(seal.loader, 3),
  'sealed, shim, counted by the kernel': sealed(seal.loader, 4, '0'),
}
const medians = measure()
const records = readFileSync(join(session.journals, journal), 'utf8').split('\n')
const mapped = records.filter((line) => line.startsWith('{"type":"mapped"')).length
closeSession(session)
if (mapped < 2 * rounds) throw new Error(`${mapped} records of ${2 * rounds} processes`)

const share = (median) => Math.round((median / medians['raw ld.so']) * 1000) / 1000
const rows = Object.entries(medians).map(([name, median]) => [
  name,
  { median, '/ raw ld.so': share(median), evidence: median - medians['sealed, empty preload'] },
])
console.table(Object.fromEntries(rows))

/** The string before the program's path that the shim reads (packages/native/c/trailer.h); a token of zeros begins a tree. */
function sealed(loader, count, token = '1') {
  const id = journal.slice(0, 8) + count.toString(16).padStart(8, '0')
  const length = program.length.toString(16).padStart(8, '0')
  const told = `${program}\u0001gm2${id}${token.repeat(16)}p${'exit-with'.padEnd(15, '/')}${length}`
  return [loader, told, program, '0']
}

/** A copy of the sealed loader that reads another list of libraries to preload; `library` null: a list that isn't there. */
function otherPreload(letter, library) {
  const list = seal.loader.replace(/d$/, 'p')
  const other = seal.loader.replace(/d$/, letter)
  if (library !== null) writeFileSync(other, `${library}\n`)
  const bytes = readFileSync(seal.loader)
  for (let at = bytes.indexOf(`${list}\0`); at !== -1; at = bytes.indexOf(`${list}\0`, at + 1)) bytes.write(other, at)
  writeFileSync(`${other}d`, bytes)
  chmodSync(`${other}d`, 0o755)
  return `${other}d`
}

function emptyLibrary() {
  const library = join(session.directory, 'empty.so')
  const source = join(directory, 'empty.c')
  writeFileSync(source, nothing)
  compile('-shared', '-fPIC', '-nostdlib', '-Wl,-z,noseparate-code', '-o', library, source)
  return library
}

function measure() {
  const timer = join(directory, 'cpu-of-starts')
  compile('-o', timer, join(import.meta.dirname, 'cpu-of-starts.c'))
  const commands = Object.entries(ways).map(([name, command]) => [name, ...command])
  const args = commands.flatMap((command, index) => (index === 0 ? command : ['--', ...command]))
  const lines = execFileSync(timer, [String(rounds), ...args], { encoding: 'utf8' })
    .trim()
    .split('\n')
  return Object.fromEntries(lines.map((line) => line.split('\t')).map(([name, median]) => [name, Number(median)]))
}

function compile(...args) {
  execFileSync('cc', ['-O2', ...args])
}
