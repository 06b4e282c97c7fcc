// Checks the direction of imports: see the tables. Exit 1 and file:line for each import that goes another way.
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

// Area of packages/core/src → areas that it may import; `x (types)` to `import type` alone. Those of `open` may be imported by all.
// `matrix` puts the stages together behind `index`; `store` is the door of commands that start nothing, `register` is the door of workers and children,
// and of `node --import`, for which it loads `preload`.
const open = ['errors', 'glibc-version', 'newer-format']
const core = {
  errors: [],
  'glibc-version': [],
  'newer-format': [],
  elf: [],
  config: [],
  evidence: [],
  sysroot: ['elf', 'config'],
  reroute: ['elf', 'sysroot (types)'],
  survey: ['config', 'elf', 'sysroot', 'reroute'],
  spawn: ['reroute', 'evidence', 'sysroot (types)'],
  report: ['evidence'],
  register: ['spawn', 'reroute', 'elf', 'evidence', 'preload', 'register'],
  store: ['config', 'sysroot'],
  matrix: ['config', 'sysroot', 'reroute', 'spawn', 'evidence', 'report'],
  'write-run': ['spawn', 'report'],
  preload: ['config', 'spawn', 'report', 'matrix', 'write-run'],
  index: ['config', 'elf', 'sysroot', 'reroute', 'spawn', 'evidence', 'report', 'survey', 'matrix', 'write-run'],
}

// Package → what it may import of the workspace's others.
const packages = {
  native: [],
  core: ['@glibc-matrix/native'],
  cli: ['@glibc-matrix/core', '@glibc-matrix/core/store', '@glibc-matrix/core/register'],
  'jest-environment-glibc': ['@glibc-matrix/core', '@glibc-matrix/core/register'],
  'vitest-environment-glibc': ['@glibc-matrix/core', '@glibc-matrix/core/register'],
}

// Module → the area of core that alone may import it, and the files that are excepted.
const reserved = { child_process: 'spawn' }
const excepted = ['packages/core/src/sysroot/run-tool.ts']

const imports = Object.keys(packages).flatMap((name) => sources(name).flatMap((file) => importsOf(name, file)))
const faults = [...imports.flatMap(fault), ...cycles(imports)]
for (const line of faults) console.error(line)
console.log(`imports: ${imports.length} checked, ${faults.length} refused`)
if (imports.length === 0) throw new Error('no import was found: the check itself is broken')
process.exitCode = faults.length === 0 ? 0 : 1

function sources(name) {
  const source = join(root, 'packages', name, 'src')
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?ts$/.test(file))
    .map((file) => join(source, file))
}

function importsOf(name, file) {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*/gm, (comment) =>
    comment.replace(/./g, ' '),
  )
  const statement =
    /^\s*(?:import|export)\b([^'";]*?)\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*()['"]([^'"]+)['"]|\b(?:import|require)\s*\(()\s*['"]([^'"]+)['"]/gm
  return [...text.matchAll(statement)].map((match) => {
    const clause = match[1] ?? ''
    const specifier = match[2] ?? match[4] ?? match[6]
    const start = match.index + match[0].length
    return { name, file, line: text.slice(0, start).split('\n').length, specifier, types: isTypeOnly(clause) }
  })
}

function isTypeOnly(clause) {
  const names = /^\s*\{([\s\S]*)\}\s*$/
    .exec(clause)?.[1]
    .split(',')
    .filter((part) => part.trim() !== '')
  return /^\s*type\b/.test(clause) || (names?.every((part) => /^\s*type\s/.test(part)) ?? false)
}

function fault({ name, file, line, specifier, types }) {
  const why = specifier.startsWith('.') ? inside(name, file, specifier, types) : outside(name, file, specifier)
  return why === null ? [] : [`${relative(root, file)}:${line}: '${specifier}': ${why}`]
}

function inside(name, file, specifier, types) {
  const source = join(root, 'packages', name, 'src')
  const target = relative(source, join(dirname(file), specifier))
  if (target.startsWith('..')) return 'leaves its package'
  if (name !== 'core') return null
  const [from, to] = [areaOf(relative(source, file)), areaOf(target)]
  if (!(from in core)) return `${from} is no area of the table`
  const allowed = core[from].includes(to) || (types && core[from].includes(`${to} (types)`))
  if (from === to || open.includes(to) || allowed) return null
  return `${from} may import ${core[from].join(', ') || 'nothing of ours'}`
}

function areaOf(path) {
  return path.split('/')[0].replace(/\.[cm]?[jt]s$/, '')
}

function outside(name, file, specifier) {
  const module = specifier.replace(/^node:/, '')
  const area = name === 'core' ? areaOf(relative(join(root, 'packages/core/src'), file)) : null
  const isExcepted = excepted.includes(relative(root, file))
  if (area !== null && module in reserved && reserved[module] !== area && !isExcepted)
    return `is ${reserved[module]}'s alone`
  if (specifier.startsWith('node:')) return null
  if (builtinModules.includes(module)) return "write it with 'node:'"
  const [scope, rest] = specifier.split('/')
  const dependency = specifier.startsWith('@') ? `${scope}/${rest}` : scope
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
  if (!(dependency in { ...manifest.dependencies, ...manifest.peerDependencies })) return 'is not in its dependencies'
  const ours = /^@glibc-matrix\/|-environment-glibc$|^glibc-matrix$/.test(dependency)
  return ours && !packages[name].includes(specifier)
    ? `${name} may import ${packages[name].join(', ') || 'none'}`
    : null
}

function cycles(all) {
  const graph = new Map()
  for (const { file, specifier } of all) {
    if (!specifier.startsWith('.')) continue
    graph.set(file, [...(graph.get(file) ?? []), join(dirname(file), specifier).replace(/js$/, 'ts')])
  }
  const done = new Set()
  const found = []
  const visit = (file, path) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file])
    if (path.includes(file) || done.has(file)) return
    for (const target of graph.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found.map((path) => `a cycle: ${path.map((file) => relative(root, file)).join(' → ')}`)
}
