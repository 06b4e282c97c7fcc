// `npm run bench:add`: installing from cached packages beside `mmdebstrap --variant=extract` of the same packages, and what `add` of an
// installed sysroot costs beyond Node's start. Interleaved; medians. Needs mmdebstrap.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findArchive } from '@glibc-matrix/core'
import tmp from 'tmp'

tmp.setGracefulCleanup()

const bin = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url))
const suites = { 'debian:bullseye': 'bullseye', 'debian:bookworm': 'bookworm', 'debian:trixie': 'trixie' }
const { name: directory } = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' })
const cwd = join(directory, 'project')
const env = { ...process.env, GLIBC_MATRIX_HOME: join(directory, 'home'), CI: '' }
const glibcMatrix = (...words) =>
  execFileSync(process.execPath, [bin, ...words], { cwd, env, encoding: 'utf8', stdio: 'pipe' })

mkdirSync(cwd)
writeFileSync(join(cwd, 'glibc-matrix.config.json'), JSON.stringify({ sysroots: Object.keys(suites) }))
glibcMatrix('add')
const listed = JSON.parse(glibcMatrix('list', '--json'))
console.table(
  listed.map(({ spec, path }) => ({
    spec,
    'size / MB': round(sizeOf(join(path, '..')) / 1e6),
    files: filesBelow(path),
  })),
)

const spec = 'debian:bookworm'
const rows = {
  'node -e 0': () => execFileSync(process.execPath, ['-e', '0']),
  'add, installed': () => glibcMatrix('add', spec),
}
Object.assign(rows, { 'add --frozen, from cached packages': () => glibcMatrix('add', '--frozen', spec) })
if (hasMmdebstrap()) {
  const local = await localMirror(spec)
  rows['mmdebstrap, a mirror of these packages alone on this disk'] = () =>
    mmdebstrap('bench', `deb [trusted=yes] copy://${local} bench main`)
  rows["mmdebstrap, the machine's mirror"] = () => mmdebstrap(suites[spec])
} else {
  console.log('mmdebstrap is not installed: apt-get install mmdebstrap')
}

const medians = mediansOf(Number(process.env.ROUNDS ?? 15), rows)
const node = medians['node -e 0']
const frozen = medians['add --frozen, from cached packages']
console.table(
  Object.entries(medians).map(([what, time]) => ({
    what,
    'median / ms': round(time),
    "beyond Node's start / ms": round(time - node),
    'beside add from cached packages': round(time / frozen),
  })),
)

/** Interleaved: the machine's moods are everybody's. */
function mediansOf(rounds, ways) {
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      // Each way finds the same: the package cache, and no such tree.
      if (name.startsWith('add --frozen')) glibcMatrix('remove', spec)
      const began = process.hrtime.bigint()
      way()
      if (round >= 0) times[name].push(Number(process.hrtime.bigint() - began) / 1e6)
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, all.sort((a, b) => a - b)[all.length >> 1]]),
  )
}

function hasMmdebstrap() {
  return existsSync('/usr/bin/mmdebstrap')
}

function mmdebstrap(suite, ...sources) {
  const target = mkdtempSync(join(directory, 'peer-'))
  const packages = listed.find((each) => each.spec === spec).packages.map(({ name }) => name)
  const options = ['--quiet', '--variant=extract', `--include=${packages.join(',')}`]
  try {
    execFileSync('mmdebstrap', [...options, suite, target, ...sources], { stdio: 'pipe' })
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}

/** A mirror that holds just the packages, with no dependencies, so that the peer unpacks exactly the same ones. */
async function localMirror(of) {
  const root = join(directory, 'mirror')
  const { packages } = listed.find((each) => each.spec === of)
  const arch = packages[0].path.replace(/^.*_|\.deb$/g, '')
  const index = `main/binary-${arch}/Packages`
  mkdirSync(join(root, 'dists/bench', index, '..'), { recursive: true })
  mkdirSync(join(root, 'pool'))
  const stanzas = []
  for (const { name, version, sha256, size, path } of packages) {
    writeFileSync(join(root, 'pool', `${name}.deb`), await download(path))
    const fields = { Package: name, Version: version, Architecture: arch, Maintainer: 'none', Description: 'none' }
    stanzas.push(lines({ ...fields, Filename: `pool/${name}.deb`, Size: size, SHA256: sha256 }))
  }
  const text = stanzas.join('\n')
  writeFileSync(join(root, 'dists/bench', index), text)
  const sum = `\n ${createHash('sha256').update(text).digest('hex')} ${text.length} ${index}`
  const release = {
    Suite: 'bench',
    Codename: 'bench',
    Architectures: arch,
    Components: 'main',
    Date: new Date().toUTCString(),
  }
  writeFileSync(join(root, 'dists/bench/Release'), lines({ ...release, SHA256: sum }))
  return root
}

async function download(path) {
  const { mirrors } = findArchive({ mirrors: [], keyring: null, allowUnsigned: true, env, machineRoot: '/' })
  const answer = await fetch(`${mirrors[0]}/${path}`)
  if (!answer.ok) throw new Error(`${mirrors[0]}/${path}: ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}

function lines(fields) {
  return Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')
}

function sizeOf(path) {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return stat.blocks * 512
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

function filesBelow(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
}

function round(value) {
  return Math.round(value * 10) / 10
}
