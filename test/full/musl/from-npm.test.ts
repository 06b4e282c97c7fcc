import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { glibcMatrix, temporaryDirectory as storeDirectory } from '../../e2e/cli/command.js'
import { resolveSysroot } from '../../e2e/traps/built.js'
import { temporaryDirectory } from '../directory.js'

// Programs for musl as npm has them, of x64. Some are static, most need no more than libc, and those of C++ want its runtime.
const packages = ['sass-embedded-linux-musl', 'lightningcss-cli-linux', '@biomejs/cli-linux'] as const
// The user's store gets nothing of another machine.
process.env.GLIBC_MATRIX_HOME = storeDirectory()
const directory = temporaryDirectory('musl-npm')

beforeAll(() => {
  writeFileSync(join(directory, 'package.json'), '{ "private": true }')
  const names = [
    `${packages[0]}-x64@1.105.0`,
    `${packages[0]}-arm64@1.105.0`,
    `${packages[1]}-x64-musl`,
    `${packages[2]}-x64-musl`,
  ]
  const flags = ['--force', '--ignore-scripts', '--no-audit', '--no-fund', '--os=linux', '--libc=musl']
  execFileSync('npm', ['install', ...flags, '--cpu=x64', ...names], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
})

const inModules = (path: string) => join(directory, 'node_modules', path)
const dart = (arch: string) => inModules(`sass-embedded-linux-musl-${arch}/dart-sass/src/dart`)
const sass = (arch: string) => [dart(arch), inModules(`sass-embedded-linux-musl-${arch}/dart-sass/src/sass.snapshot`)]

interface Column {
  readonly state: string
  readonly reason?: string
  readonly exitCode: number | null
  readonly records: readonly { readonly program: string; readonly libc: readonly string[] }[]
}

async function run(sysroots: string, command: readonly string[], flags: readonly string[] = []) {
  const words = ['run', '--json', ...flags, '--sysroot', sysroots, '--', ...command]
  const { stdout, stderr } = await glibcMatrix(words, { cwd: directory })
  return { columns: (JSON.parse(stdout) as { columns: Column[] }).columns, stderr }
}

describe('Dart, with Sass', () => {
  it.each(['loader', 'patch', 'namespace'])(
    'compiles by %s, proven, and with an older musl says what that lacks',
    async (strategy) => {
      const { libc } = await resolveSysroot({ spec: 'debian:bookworm+musl' }, { install: true })
      writeFileSync(join(directory, 'a.scss'), '$one: 1px;\na { b: $one + 1px }\n')
      const columns = 'debian:bullseye+musl,debian:bookworm+musl'
      const made = await run(columns, [...sass('x64'), '--no-source-map', 'a.scss'], ['--strategy', strategy])
      expect(made.columns).toMatchObject([
        { state: 'incompatible', reason: expect.stringContaining('needs pthread_getname_np of libc.musl-x86_64.so.1') },
        { state: 'pass', exitCode: 0, records: [{ program: dart('x64'), libc: [libc.path] }] },
      ])
      expect(made.stderr).toContain('b: 2px;')
    },
  )

  it('of another machine runs through its emulator', async () => {
    const { columns, stderr } = await run('debian:bookworm+musl/arm64', [
      'sh',
      '-c',
      `${sass('arm64').join(' ')} --version`,
    ])
    expect(columns).toMatchObject([{ state: 'pass', records: [{ program: dart('arm64') }] }])
    expect(stderr).toContain('1.105.0')
  })
})

it('a program of C++ or Rust that wants gcc’s runtime is told so, and gets none of the host’s', async () => {
  const program = inModules('lightningcss-cli-linux-x64-musl/lightningcss')
  const { columns } = await run('debian:bookworm+musl', ['sh', '-c', `${program} --version`])
  expect(columns).toMatchObject([
    {
      state: 'incompatible',
      exitCode: 127,
      reason: expect.stringContaining('needs libgcc_s.so.1, which debian:bookworm+musl'),
    },
  ])
})

it('a static one stays unproven', async () => {
  const { columns } = await run('debian:bookworm+musl', [inModules('@biomejs/cli-linux-x64-musl/biome'), '--version'])
  expect(columns).toMatchObject([{ state: 'unproven', exitCode: 0 }])
})
