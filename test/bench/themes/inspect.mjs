// `glibc-matrix inspect` of many files of this machine, beside readelf and patchelf that print a part of it. A shell starts
// the peers, once for a file, as a script would; readelf takes many files at once, too.
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect, readElf } from '@glibc-matrix/core'
import { figure, missing } from '../figure.mjs'
import { interleave } from '../measure.mjs'
import { find, whyMissing } from '../tools.mjs'

export const title = 'Reading programs'

const most = 400
const bin = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url))
const places = ['/usr/bin', '/usr/sbin', '/usr/lib']

export async function measure(progress) {
  const files = dynamicFiles()
  const count = files.length
  progress(`${count} files`)
  const quiet = openSync('/dev/null', 'w')
  const run = (file, args) => execFileSync(file, args, { stdio: ['ignore', quiet, 'inherit'] })
  const forEach =
    (...command) =>
    () =>
      run('/bin/sh', ['-c', `for f; do ${command.join(' ')} "$f"; done`, 'sh', ...files])
  const peers = {
    'readelf -V, a process for each file': ['readelf', forEach('readelf', '-V')],
    'readelf -V, one process for all': ['readelf', () => run('readelf', ['-V', ...files])],
    'patchelf --print-needed, a process for each': ['patchelf', forEach('patchelf', '--print-needed')],
  }
  const there = Object.entries(peers).filter(([, [tool]]) => find(tool) !== null)
  const samples = await interleave(
    {
      command: () => run(process.execPath, [bin, 'inspect', ...files]),
      call: () => {
        for (const file of files) inspect(file)
      },
      ...Object.fromEntries(there.map(([name, [, way]]) => [name, way])),
    },
    { rounds: 9, warmUp: 1 },
  )
  closeSync(quiet)

  const what = `inspect of ${count} files, Node's start included`
  const [command, call] = [samples.command, samples.call].map((one) => perFile(one, count))
  const rate = { as: 'rate', goal: { atLeast: 500 } }
  return [
    figure('inspect.rate', what, 'a second of one core', { wall: command.cpu }, null, rate),
    ...Object.entries(peers).flatMap(([name, [tool]]) => {
      const id = `inspect.${tool}`
      if (!samples[name]) return [missing(id, 'a file of them', name, whyMissing(tool))]
      const peer = perFile(samples[name], count)
      const goal = name.startsWith('readelf -V, a') ? { goal: { atLeast: 20 } } : {}
      return [
        figure(id, 'a file of them', name, command, peer, { as: 'faster', ...goal }),
        figure(id, 'inspect() of a file, called in a Node that runs', name, call, peer, { as: 'faster', ...goal }),
      ]
    }),
  ]
}

function perFile({ wall, cpu }, count) {
  return { wall: wall.map((time) => time / count), cpu: cpu.map((time) => time / count) }
}

/** The same ones on every run: programs and libraries with a NEEDED, by the order of their real paths. */
function dynamicFiles() {
  const paths = places.flatMap((place) =>
    readdirSync(place, { recursive: place === '/usr/lib', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => realpathSync(join(entry.parentPath, entry.name))),
  )
  const elves = []
  for (const path of [...new Set(paths)].sort()) {
    if (elves.length < most && isDynamic(path)) elves.push(path)
  }
  return elves
}

function isDynamic(path) {
  try {
    return readElf(path).needed.length > 0
  } catch {
    return false
  }
}
