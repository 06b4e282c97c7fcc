import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../fixtures/programs/build.mjs'

const { name: directory } = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-users-' })
const bin = join(import.meta.dirname, '../../packages/cli/dist/bin.js')
const isRoot = process.getuid?.() === 0
const nobody = 65534

/** A run that waits in its second column until its standard input ends, begun where the umask forbids nothing. */
let run: ChildProcess
/** Where it keeps its seals and records. */
let place: string
let output = ''

beforeAll(async () => {
  chmodSync(directory, 0o755)
  await buildPrograms(directory, ['tells-libc', 'starts-program'])
  // A process that becomes another user has lines to write that only the accountant can.
  const drop = isRoot ? `perl -e '$< = $> = ${nobody}; require POSIX' && ` : ''
  const command = `./tells-libc; echo ready; read line; ${drop} ./tells-libc`
  const script = `umask 0; exec "$0" "$@"`
  const args = [process.execPath, bin, 'run', '--json', '--sysroot', 'host,2.31', '--strategy', 'auto', '--']
  run = spawn('sh', ['-c', script, ...args, 'sh', '-c', command], { cwd: directory, stdio: 'pipe' })
  run.stdout?.on('data', (data) => {
    output += data
  })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    run.stderr?.on('data', (data) => {
      const before = said
      said += data
      if (!before.includes('ready') && said.includes('ready')) run.stdin?.write('go\n')
      if (/ready.*ready/s.test(said)) resolve()
    })
    run.once('exit', () => reject(new Error(said)))
  })
  const isOwn = (name: string) => readText(join('/tmp', name, 'glibc-matrix.pid')).startsWith(`${run.pid} `)
  place = join('/tmp', readdirSync('/tmp').find(isOwn) ?? '')
})

afterAll(() => run.kill('SIGKILL'))

describe('the files of a run, where the umask is 0', () => {
  it('belong to its user, and nobody else may write to any of them', () => {
    // With types, links are not followed: those of a column's libraries lead in circles.
    const entries = readdirSync(place, { recursive: true, withFileTypes: true })
    const all = entries.map(({ parentPath, name }) => join(parentPath, name))
    expect(all.length).toBeGreaterThan(20)
    const open = [place, ...all].filter((path) => {
      const { mode, uid } = lstatSync(path)
      const isSocketOrLink = lstatSync(path).isSocket() || lstatSync(path).isSymbolicLink()
      return uid !== process.getuid?.() || (!isSocketOrLink && (mode & 0o022) !== 0)
    })
    expect(open).toEqual([])
  })

  it('can be read by its user alone, as far as they tell what ran', () => {
    const modes = [place, join(place, 'j'), join(place, 'session.json'), ...journals()].map(modeOf)
    const directoryMode = isRoot ? 0o711 : 0o700
    expect(modes).toEqual([directoryMode, directoryMode, 0o600, ...journals().map(() => 0o600)])
    expect(journals().length).toBeGreaterThan(0)
  })

  it('are named by nothing that every user can read', () => {
    const name = place.slice('/tmp/'.length)
    const commands = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
    const told = ['/proc/net/unix', ...commands.map((pid) => `/proc/${pid}/cmdline`)].filter((file) =>
      readText(file).includes(name),
    )
    expect(told).toEqual([])
  })
})

/** Who is not root can't become another user to try it. */
describe.each(isRoot ? ['root'] : [])('another user who knows all names of a run of %s', () => {
  const asNobody = (program: string, args: readonly string[]) =>
    spawnSync(program, args, { uid: nobody, gid: nobody, encoding: 'utf8', cwd: '/' })

  it('can list, read and write nothing of it', () => {
    const [journal = ''] = journals()
    for (const attempt of [
      `ls ${place}`,
      `ls ${place}/j`,
      `cat ${journal}`,
      `cat ${place}/session.json`,
      `echo >> ${journal}`,
      `echo > ${place}/j/deadbeef.jsonl`,
      `echo > ${place}/0libasan.so`,
      `ln -s /etc/passwd ${place}/x`,
      `rm ${place}/0d`,
      `mv ${place} ${place}x`,
    ])
      expect([attempt, asNobody('sh', ['-c', `${attempt} 2>&1 >&-`]).status]).not.toEqual([attempt, 0])
  })

  it('can have no line written by the accountant, which its own processes can', async () => {
    const [journal = ''] = journals()
    const before = readText(journal)
    const id = `${journal.slice(-'00000000.jsonl'.length, -'.jsonl'.length)}00000000`
    const line = `${JSON.stringify({ type: 'mapped', id, token: '0'.repeat(16), pid: 1, ppid: 1, program: '/x', objects: [] })}\n`
    const attack = `
      const socket = require('node:net').connect(${JSON.stringify(join(place, 'a'))})
      socket.on('connect', () => socket.end(${JSON.stringify(line)}))
      socket.on('error', (error) => console.log(error.code))
      socket.on('data', () => console.log('written')).on('close', () => console.log('closed'))`
    const { stdout } = asNobody(process.execPath, ['-e', attack])
    expect(stdout).toMatch(/^((EPIPE|ECONNRESET)\n)?closed\n$/)
    expect(readText(journal)).toBe(before)
  })
})

it('and the run itself is proven, with a process that became another user', async () => {
  run.stdin?.end('go\n')
  await once(run, 'exit')
  const { columns } = JSON.parse(output) as { columns: { state: string; reason?: string; records: unknown[] }[] }
  expect(columns.map(({ state, reason }) => [state, reason])).toEqual([
    ['pass', undefined],
    ['pass', undefined],
  ])
  expect(columns.map(({ records }) => records.length)).toEqual([2, 2])
})

function journals(): string[] {
  return readdirSync(join(place, 'j'))
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(place, 'j', name))
}

function modeOf(path: string): number {
  return lstatSync(path).mode & 0o777
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
