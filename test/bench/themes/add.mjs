// Installing from cached packages beside mmdebstrap and debootstrap, which unpack the same packages, and `add` of what is
// installed beside Node's start.
import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findArchive } from '@glibc-matrix/core'
import tmp from 'tmp'
import { figure, missing } from '../figure.mjs'
import { localMirror } from '../local-mirror.mjs'
import { interleave, took } from '../measure.mjs'
import { find, whyMissing } from '../tools.mjs'

export const title = 'Installing a sysroot (`debian:bookworm`)'

const bin = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url))
const spec = 'debian:bookworm'
const suite = 'bookworm'

export async function measure(progress) {
  tmp.setGracefulCleanup()
  const { name: directory } = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' })
  const glibcMatrix = commandIn(directory)
  progress('the first install, and a mirror on this disk')
  glibcMatrix('add')
  const { packages, path } = JSON.parse(glibcMatrix('list', '--json')).find((each) => each.spec === spec)
  const size = { wall: [sizeOf(path) / 1e6] }
  const local = await localMirror(join(directory, 'mirror'), packages)
  const peers = peersFor(
    directory,
    packages.map(({ name }) => name),
    local,
  )

  const own = {
    node: () => quietly(process.execPath, ['-e', '0']),
    installed: () => glibcMatrix('add', spec),
    frozen: () => glibcMatrix('add', '--frozen', spec),
  }
  // Each finds the package cache, and no such tree.
  const before = (name) => void (name === 'frozen' && glibcMatrix('remove', spec))
  progress('add beside tools that unpack from this disk')
  const here = await interleave({ ...own, ...waysOf(peers.here) }, { rounds: 11, warmUp: 1, before })
  progress("add beside tools that ask the machine's mirror")
  const there = await interleave({ frozen: own.frozen, ...waysOf(peers.there) }, { rounds: 3, warmUp: 1, before })

  const installed = 'add of what is installed'
  const beside = (samples, rows) =>
    rows.map(({ tool, what, goal }) =>
      samples[what] === undefined
        ? missing(`add.${tool}`, 'add --frozen, from cached packages', what, whyMissing(tool))
        : figure(`add.${tool}`, 'add --frozen, from cached packages', what, samples.frozen, samples[what], {
            as: 'faster',
            goal,
          }),
    )
  return [
    ...beside(there, peers.there),
    ...beside(here, peers.here),
    figure('add.installed', installed, "Node's start", here.installed, here.node, {
      as: 'beyond',
      goal: { atMost: 100_000 },
    }),
    figure('add.installed-ratio', installed, "Node's start", here.installed, here.node),
    figure('add.size', 'its room on the disk', 'nothing', size, null, { as: 'size', unit: 'MB', goal: { atMost: 20 } }),
  ]
}

/** The command in a project and a store of its own. */
function commandIn(directory) {
  const cwd = join(directory, 'project')
  const env = { ...process.env, GLIBC_MATRIX_HOME: join(directory, 'home'), CI: '' }
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'glibc-matrix.config.json'), JSON.stringify({ sysroots: [spec] }))
  return (...words) => execFileSync(process.execPath, [bin, ...words], { cwd, env, encoding: 'utf8', stdio: 'pipe' })
}

/** Peers that read a mirror on this disk, with just the same packages, and those that ask a whole one. */
function peersFor(directory, packages, local) {
  const unpack = (tool, ...args) =>
    withTarget(directory, (target) =>
      quietly(
        find(tool),
        args.flat().map((arg) => (arg === null ? target : arg)),
      ),
    )
  const extract = ['--quiet', '--variant=extract', `--include=${packages.join(',')}`]
  const script = join(import.meta.dirname, 'debootstrap-script')
  const cache = join(directory, 'debootstrap-cache')
  mkdirSync(cache)
  process.env.GLIBC_MATRIX_BENCH = packages.join(' ')
  const { mirrors } = findArchive({
    mirrors: [],
    keyring: null,
    allowUnsigned: true,
    env: process.env,
    machineRoot: '/',
  })
  const few = 'the same packages, from a mirror on this disk that holds nothing else'
  return {
    here: [
      {
        tool: 'mmdebstrap',
        what: `mmdebstrap --variant=extract of ${few}`,
        way: () => unpack('mmdebstrap', extract, 'bench', null, `deb [trusted=yes] copy://${local} bench main`),
        goal: null,
      },
      {
        tool: 'debootstrap',
        what: `debootstrap --foreign of ${few}, by a script that names these alone`,
        way: () => unpack('debootstrap', '--foreign', '--no-check-gpg', 'bench', null, `file://${local}`, script),
        goal: null,
      },
    ],
    there: [
      {
        tool: 'mmdebstrap',
        what: "mmdebstrap --variant=extract of the same packages, from the machine's mirror",
        way: () => unpack('mmdebstrap', extract, suite, null),
        goal: { atLeast: 20 },
      },
      {
        tool: 'debootstrap',
        what: "debootstrap --foreign --variant=minbase, which unpacks the essential packages too, from the machine's mirror with a cache",
        way: () =>
          unpack('debootstrap', '--foreign', '--variant=minbase', `--cache-dir=${cache}`, suite, null, mirrors[0]),
        goal: null,
      },
    ],
  }
}

function waysOf(rows) {
  return Object.fromEntries(rows.filter(({ tool }) => find(tool) !== null).map(({ what, way }) => [what, way]))
}

/** What a tool takes, without what the removal of its tree does. */
function withTarget(directory, way) {
  const target = mkdtempSync(join(directory, 'peer-'))
  try {
    return took(() => way(target))
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}

/** Bytes of blocks below a directory. */
function sizeOf(path) {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return stat.blocks * 512
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

function quietly(file, args) {
  execFileSync(file, args, { encoding: 'utf8', stdio: 'pipe' })
}
