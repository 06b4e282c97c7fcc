// Packs every package as it would be published and looks at the tarball: its files, publint, arethetypeswrong. Exit 1
// and a line for each fault.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import tmp from 'tmp'

tmp.setGracefulCleanup()
const root = fileURLToPath(new URL('..', import.meta.url))

// Package → the profile of arethetypeswrong, null where nothing is to be imported; what its tarball must hold besides
// LICENSE and README.md.
const packages = {
  native: { profile: 'node16', holds: [/^dist\//, /^prebuilt\/.+\.so$/, /^c\/.+\.c$/] },
  core: { profile: 'node16', holds: [/^dist\/index\.js$/, /^dist\/register\.js$/] },
  cli: { profile: null, holds: [/^dist\/bin\.js$/] },
  'jest-environment-glibc': { profile: 'node16', holds: [/^dist\/index\.js$/] },
  'vitest-environment-glibc': { profile: 'esm-only', holds: [/^dist\/index\.mjs$/] },
}
const never = /(^|\/)(tests?|fixtures|node_modules|src)\/|\.(test|bench)\.|\.tsbuildinfo$|\.tgz$|\.map$/

let refused = 0
const directory = tmp.dirSync({ unsafeCleanup: true }).name
for (const [name, wanted] of Object.entries(packages)) {
  const tarball = await pack(name, directory)
  const faults = [...checkFiles(tarball, wanted), ...(await lint(tarball)), ...(await checkTypes(tarball, wanted))]
  for (const fault of faults) console.error(`${name}: ${fault}`)
  console.log(`${name}: ${tarball.files.length} files, ${tarball.size} bytes packed, ${faults.length} faults`)
  refused += faults.length
}
console.log(`packages: ${Object.keys(packages).length} checked, ${refused} faults`)
process.exitCode = refused === 0 ? 0 : 1

async function pack(name, destination) {
  const folder = join(root, 'packages', name)
  const arguments_ = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination]
  const { stdout } = await execa('npm', arguments_, { cwd: folder })
  const [{ filename, files, size }] = JSON.parse(stdout)
  return { path: join(destination, filename), files: files.map(({ path }) => path), size }
}

function checkFiles({ files }, { holds }) {
  const required = [/^LICENSE$/, /^README\.md$/, /^package\.json$/, ...holds]
  return [
    ...required
      .filter((pattern) => !files.some((file) => pattern.test(file)))
      .map((pattern) => `its tarball holds no ${pattern.source}`),
    ...files.filter((file) => never.test(file)).map((file) => `its tarball holds ${file}`),
  ]
}

async function lint({ path }) {
  const bytes = readFileSync(path)
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true, level: 'warning' })
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`)
}

async function checkTypes({ path }, { profile }) {
  if (profile === null) return []
  const arguments_ = [
    path,
    '--profile',
    profile,
    '--no-definitely-typed',
    '--format',
    'ascii',
    '--no-color',
    '--no-emoji',
  ]
  const { exitCode, all } = await execa('attw', arguments_, {
    preferLocal: true,
    localDir: root,
    reject: false,
    all: true,
  })
  return exitCode === 0 ? [] : [`arethetypeswrong (${profile}):\n${all}`]
}
