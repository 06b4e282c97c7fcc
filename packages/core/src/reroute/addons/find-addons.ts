import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { globSync } from 'tinyglobby'

/** A file that `require` of a package, or of the project itself, may load into Node. */
export interface FoundAddon {
  /** Name and version; of the project itself its own, or nothing. */
  readonly package: string
  readonly path: string
}

/** Where packages keep what was built or shipped: node-gyp, prebuildify, node-pre-gyp, napi-rs and their like. */
const layouts = [
  ...['*.node', '*/*.node', 'build/{Release,Debug}/**/*.node', 'prebuilds/**/*.node', 'lib/binding/**/*.node'],
  ...['{bin,binding,bindings,addon,native,compiled}/**/*.node', 'dist/**/*.node', 'npm/*/*.node'],
]

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly [dependencies: string]: unknown
}

/**
 * The addons of a project and of all packages that it depends on, as installed: optional packages for one platform are
 * there or not, as the package manager decided. Each file once, by its real path.
 */
export function findAddons(root: string): FoundAddon[] {
  const seen = new Set<string>()
  const found: FoundAddon[] = []
  const queue = [{ directory: realpathSync(root), own: true }]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { directory, own } = next
    if (seen.has(directory)) continue
    seen.add(directory)
    const manifest = readManifest(directory)
    if (manifest === null && !own) continue
    found.push(...addonsIn(directory, manifest))
    for (const name of dependenciesOf(manifest, own)) {
      const found = locatePackage(name, directory)
      if (found !== null) queue.push({ directory: found, own: false })
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function readManifest(directory: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
  } catch {
    return null
  }
}

function addonsIn(directory: string, manifest: Manifest | null): FoundAddon[] {
  const { name, version } = manifest ?? {}
  const label = [name, version].filter((part) => part !== undefined).join('@')
  const options = { cwd: directory, absolute: true, ignore: ['**/node_modules/**'], followSymbolicLinks: false }
  const files = globSync(layouts, options).map((file) => realpathSync(file))
  return [...new Set(files)].map((path) => ({ package: label, path }))
}

/** A package's development dependencies are its author's; the project's own are what its tests may load. */
function dependenciesOf(manifest: Manifest | null, own: boolean): string[] {
  const kinds = ['dependencies', 'optionalDependencies', 'peerDependencies', ...(own ? ['devDependencies'] : [])]
  return kinds.flatMap((kind) => Object.keys((manifest?.[kind] as object | undefined) ?? {}))
}

/** As Node looks a package up (nodejs.org/api/modules.html, loading from node_modules folders). */
function locatePackage(name: string, from: string): string | null {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (directory === dirname(directory)) return null
  }
}
