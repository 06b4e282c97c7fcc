import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { beforeEach, describe, expect, it } from 'vitest'
import { createJournal } from '../../../packages/core/src/evidence/journal.js'
import { journalReader, readJournals } from '../../../packages/core/src/evidence/read-journals.js'
import { failure } from '../failure.js'
import { libc, mapped, spawned } from './lines.js'

let directory: string

beforeEach(() => {
  directory = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-journal-' }).name
})

function written(...lines: Parameters<ReturnType<typeof createJournal>['append']>[0][]) {
  const journal = createJournal(directory)
  for (const line of lines) journal.append(line)
  journal.close()
  return join(directory, `${journal.id}.jsonl`)
}

describe('writing', () => {
  it('makes a file of the user alone, named by 8 hex digits', () => {
    written(spawned())
    expect(readdirSync(directory)).toEqual([
      expect.stringMatching(/^[0-9a-f]{8}\.jsonl$/),
      expect.stringMatching(/^[0-9a-f]{8}\.lost$/),
    ])
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
  })

  it('two journals never share a file', () => {
    expect(new Set(Array.from({ length: 50 }, () => written())).size).toBe(50)
  })

  it('interleaves with another writer by whole lines', () => {
    const journal = createJournal(directory)
    const path = join(directory, `${journal.id}.jsonl`)
    const shim = openSync(path, 'a')
    for (let index = 0; index < 20; index++) {
      journal.append(spawned({ reason: `hook ${index}` }))
      writeSync(shim, `${JSON.stringify(mapped([libc]))}\n`)
    }
    journal.close()
    closeSync(shim)
    expect(readJournals(directory).map(({ type }) => type)).toEqual(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 'spawn' : 'mapped')),
    )
  })
})

describe('losses', () => {
  it('have room before their start, and are read back by number', () => {
    const journal = createJournal(directory)
    const path = join(directory, `${journal.id}.lost`)
    const counts = [0, 1, 4095, 4096, 10_000, 1_048_575]
    const fd = openSync(path, 'r+')
    for (const count of counts) {
      journal.reserve(count)
      const { blocks } = statSync(path)
      // As the shim does, in its page of the file.
      writeSync(fd, Buffer.from([1]), 0, 1, count)
      expect(statSync(path).blocks).toBe(blocks)
    }
    closeSync(fd)
    journal.close()
    const lost = readJournals(directory).flatMap((line) => (line.type === 'lost' ? line.id.slice(8) : []))
    const bits = counts.flatMap((count) => [count, 0x80000000 + count])
    expect(lost).toEqual(bits.map((count) => count.toString(16).padStart(8, '0')))
  })
})

describe('reading', () => {
  it('gives back what was written, file by file, and passes over what is no journal', () => {
    const line = spawned({ command: ['tool', 'größe', 'a\nb', ''], program: '/project/größe' })
    written(line, { type: 'failed', id: line.id, errno: -2 })
    writeFileSync(join(directory, 'notes.txt'), 'not a journal')
    expect(readJournals(directory)).toEqual([line, { type: 'failed', id: line.id, errno: -2 }])
  })

  it("decodes the shim's bytes to the text that Node shows for the same path", () => {
    const path = written()
    const bytes = [...Buffer.from('/project/größe')]
      .map((byte) => `\\u00${byte.toString(16).padStart(2, '0')}`)
      .join('')
    const record = JSON.stringify(mapped([{ ...libc, path: 'HERE' }])).replaceAll(/HERE|\/project\/tool/g, () => bytes)
    appendFileSync(path, `${record}\n`)
    expect(readJournals(directory)).toEqual([
      { ...mapped([{ ...libc, path: '/project/größe' }]), program: '/project/größe' },
    ])
  })

  it.each([
    ['half a line', '{"type":"mapped","id":"aa'],
    ['no record', 'hello'],
    ['a number', '42'],
    ['null', 'null'],
    ['an unknown type', '{"type":"maped","id":"aaaaaaaa00000000"}'],
    ['a mapped line without objects', '{"type":"mapped","id":"aaaaaaaa00000000","program":"/x"}'],
  ])('%s is refused, with the line’s number', (_, text) => {
    const path = written(spawned())
    appendFileSync(path, `${text}\n`)
    expect(failure(() => readJournals(directory))).toMatchObject({
      code: 'JOURNAL_MALFORMED',
      message: `line 2 of the journal ${path} is not a record: ${text}`,
      details: { path, line: 2 },
    })
  })

  it('a line without an end is refused as well, once nobody can write it on', () => {
    const path = written(spawned())
    appendFileSync(path, JSON.stringify(spawned()))
    const read = journalReader(directory)
    const { lines, torn } = read()
    expect(lines).toEqual([spawned()])
    expect(torn).toMatchObject({ code: 'JOURNAL_MALFORMED', details: { path, line: 2 } })
    expect(failure(() => readJournals(directory))).toEqual(torn)
    appendFileSync(path, '\n')
    expect(read()).toEqual({ lines: [spawned(), spawned()], torn: null })
  })

  it('reads on where it stopped, through files longer than what is read at once', () => {
    const read = journalReader(directory)
    const long = Array.from({ length: 400 }, (_, index) => spawned({ reason: `${index}-ö`.repeat(1000) }))
    const path = written(...long)
    expect(read().lines).toEqual(long)
    appendFileSync(path, `${JSON.stringify(mapped([libc]))}\n`)
    const other = written(spawned())
    expect(read().lines).toHaveLength(402)
    expect(read().lines).toEqual(
      path < other ? [...long, mapped([libc]), spawned()] : [spawned(), ...long, mapped([libc])],
    )
  })

  it.each([
    ['a link', (path: string) => symlinkSync('/etc/hostname', path)],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['a directory', (path: string) => mkdirSync(path)],
  ])('%s in its place is refused, and waited for by nobody', (_, put) => {
    for (const ending of ['.jsonl', '.lost']) {
      const path = written(spawned()).replace('.jsonl', ending)
      rmSync(path)
      put(path)
      expect(failure(() => readJournals(directory))).toMatchObject({ code: 'JOURNAL_MALFORMED', details: { path } })
      rmSync(path, { recursive: true })
    }
  })

  it('an empty journal has no lines', () => {
    const path = written()
    expect(readFileSync(path, 'utf8')).toBe('')
    expect(readJournals(directory)).toEqual([])
  })
})
