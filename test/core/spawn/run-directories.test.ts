import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { makeRunDirectory } from '../../../packages/core/src/spawn/run-directories.js'
import { claimRun } from '../../../packages/core/src/spawn/run-owner.js'

const claimName = 'glibc-matrix.pid'
const made: string[] = []

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** What a run leaves that was killed; a process id with another start time is of another process. */
function left(change: (claim: string, directory: string) => void = () => {}): string {
  const directory = mkdtempSync('/tmp/')
  made.push(directory)
  claimRun(directory)
  const claim = join(directory, claimName)
  const [pid, , namespace] = readFileSync(claim, 'utf8').split(' ')
  writeFileSync(claim, `${pid} 1 ${namespace}`)
  change(claim, directory)
  return directory
}

const isRoot = process.getuid?.() === 0
const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000)

it('the next run sweeps what a killed one left', () => {
  const swept = [
    left(),
    left((claim) => {
      writeFileSync(claim, '1 1 pid:[1]')
      utimesSync(claim, yesterday, yesterday)
    }),
  ]
  makeRun()
  expect(swept.filter((directory) => existsSync(directory))).toEqual([])
})

const kept: readonly (readonly [string, (claim: string, directory: string) => void])[] = [
  [
    'of a process that runs',
    (claim, directory) => {
      rmSync(claim)
      claimRun(directory)
    },
  ],
  ['of another container that shares the place', (claim) => writeFileSync(claim, '1 1 pid:[1]')],
  ['without a claim', (claim) => rmSync(claim)],
  ['whose claim says nothing', (claim) => writeFileSync(claim, '')],
  ['where others may write, and put such a claim', (_, directory) => chmodSync(directory, 0o1777)],
  ['where a group may write', (_, directory) => chmodSync(directory, 0o770)],
  ['whose claim others may write', (claim) => chmodSync(claim, 0o666)],
  [
    'whose claim is a link',
    (claim) => {
      rmSync(claim)
      symlinkSync(join(left(), claimName), claim)
    },
  ],
]

/** Only root can make them. */
const others: typeof kept = [
  ['of another user', (_, directory) => chownSync(directory, 65534, 65534)],
  ['whose claim is of another user', (claim) => chownSync(claim, 65534, 65534)],
]

it.each(isRoot ? [...kept, ...others] : kept)('and leaves a directory %s', (_, change) => {
  const directory = left(change)
  makeRun()
  expect(existsSync(directory)).toBe(true)
})

function makeRun(): void {
  const directory = makeRunDirectory()
  made.push(directory)
  expect(directory).toMatch(/^\/(tmp|dev\/shm)\/\w{6}$/)
}
