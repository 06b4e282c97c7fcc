// What a process pays for its record: the sealed loader with the shim, beside the same loader with a preloaded library that
// does nothing, and with none. Processor time, since the difference is small and a machine's moods aren't.
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attach, uninstall } from '@glibc-matrix/core/register'
import { column, openColumn } from '../column.mjs'
import { figure } from '../figure.mjs'
import { roundsOf } from '../measure.mjs'

export const title = 'Evidence, in processor time of one process'

const rounds = roundsOf(1000)
const nothing = 'static volatile int begun;\n__attribute__((constructor)) static void begin(void) { begun = 1; }\n'

export async function measure(progress) {
  const opened = await openColumn()
  const { session, sysroot, program } = opened
  attach({ session: session.file, column, file: 'bench' })
  uninstall()
  const shim = sealedLoader(session)
  const journal = readdirSync(session.journals).find((name) => name.endsWith('.jsonl'))
  const sealed = (loader, count, token) => [loader, told(program, journal, count, token), program, '0']
  try {
    progress(`${rounds} processes of each kind`)
    const samples = cpuOfStarts(opened, {
      raw: [sysroot.loader, 'ld.so', '--library-path', sysroot.libraryPath.join(':'), program, '0'],
      bare: sealed(otherPreload(shim, 'N', null), 1),
      empty: sealed(otherPreload(shim, 'E', emptyLibrary(opened)), 2),
      shim: sealed(shim, 3),
      counted: sealed(shim, 4, '0'),
    })
    checkRecords(join(session.journals, journal))
    const beyond = { as: 'beyond' }
    return [
      figure('evidence.record', 'a record', 'a preloaded library that does nothing', samples.shim, samples.empty, {
        ...beyond,
        goal: { atMost: 50 },
      }),
      figure('evidence.preload', 'being preloaded', 'no preloaded library', samples.empty, samples.bare, beyond),
      figure(
        'evidence.count',
        "the kernel's count, once a tree",
        'a record alone',
        samples.counted,
        samples.shim,
        beyond,
      ),
      figure('evidence.whole', 'a process with all of it', 'raw ld.so', samples.counted, samples.raw),
    ]
  } finally {
    opened.close()
  }
}

/** The string before the program's path that the shim reads (packages/native/c/trailer.h); a token of zeros begins a tree. */
function told(program, journal, count, token = '1') {
  const id = journal.slice(0, 8) + count.toString(16).padStart(8, '0')
  const length = program.length.toString(16).padStart(8, '0')
  return `${program}\u0001gm2${id}${token.repeat(16)}p${'exit-with'.padEnd(15, '/')}${length}`
}

/** There once a process is attached to the column: columns are numbered, and `d` is what ends the name of a loader. */
function sealedLoader({ columns, directory }) {
  return join(directory, `${columns.findIndex(({ name }) => name === column)}d`)
}

/** A copy of the sealed loader that reads another list of libraries to preload; `library` null: a list that isn't there. */
function otherPreload(loader, letter, library) {
  const list = loader.replace(/d$/, 'p')
  const other = loader.replace(/d$/, letter)
  if (library !== null) writeFileSync(other, `${library}\n`)
  const bytes = readFileSync(loader)
  for (let at = bytes.indexOf(`${list}\0`); at !== -1; at = bytes.indexOf(`${list}\0`, at + 1)) bytes.write(other, at)
  writeFileSync(`${other}d`, bytes)
  chmodSync(`${other}d`, 0o755)
  return `${other}d`
}

function emptyLibrary({ session, directory }) {
  const library = join(session.directory, 'empty.so')
  const source = join(directory, 'empty.c')
  writeFileSync(source, nothing)
  compile('-shared', '-fPIC', '-nostdlib', '-Wl,-z,noseparate-code', '-o', library, source)
  return library
}

/** Name → `{wall}` with the processor time of each start in µs: ticks are too coarse, so a program asks wait4(2). */
function cpuOfStarts({ directory }, ways) {
  const timer = join(directory, 'cpu-of-starts')
  compile('-o', timer, join(import.meta.dirname, 'cpu-of-starts.c'))
  const commands = Object.entries(ways).map(([name, command]) => [name, ...command])
  const args = commands.flatMap((command, index) => (index === 0 ? command : ['--', ...command]))
  const printed = execFileSync(timer, [String(rounds), ...args], { encoding: 'utf8' })
  const lines = printed.trim().split('\n')
  return Object.fromEntries(
    lines.map((line) => line.split('\t')).map(([name, ...times]) => [name, { wall: times.map(Number) }]),
  )
}

function checkRecords(file) {
  const mapped = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"type":"mapped"')).length
  if (mapped < 2 * rounds) throw new Error(`${mapped} records of ${2 * rounds} processes`)
}

function compile(...args) {
  execFileSync('cc', ['-O2', ...args])
}
