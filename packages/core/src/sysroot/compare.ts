import { readDefinedSymbols, readPlainLinkage } from '../elf/linkage.js'
import { readTree } from './manifest.js'
import type { Sysroot } from './sysroot.js'

/** What is new in one list and what is gone from another. */
interface Difference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** What an update changed. */
export interface SysrootChanges {
  readonly glibc: readonly [before: string, after: string]
  /** `null` stands for a package that is not there. */
  readonly packages: readonly { readonly name: string; readonly before: string | null; readonly after: string | null }[]
  readonly files: Difference & { readonly changed: readonly string[] }
  /** Of libc.so.6, as `name@VERSION`, of musl by name: what programs may need of one and not find in the other. */
  readonly symbols: Difference
}

/** Compares two installed sysroots, file by file. */
export function compareSysroots(before: Sysroot, after: Sysroot): SysrootChanges {
  return {
    glibc: [before.glibc, after.glibc],
    packages: packageChanges(before, after),
    files: fileChanges(before.path, after.path),
    symbols: difference(symbolsOf(before), symbolsOf(after)),
  }
}

function symbolsOf({ libc, musl }: Sysroot): readonly string[] {
  return musl ? readPlainLinkage(libc.path).defines.toSorted() : readDefinedSymbols(libc.path)
}

function packageChanges(before: Sysroot, after: Sysroot): SysrootChanges['packages'] {
  const versions = (sysroot: Sysroot) => new Map(sysroot.packages.map(({ name, version }) => [name, version]))
  const [old, fresh] = [versions(before), versions(after)]
  const names = [...new Set([...old.keys(), ...fresh.keys()])]
  return names
    .map((name) => ({ name, before: old.get(name) ?? null, after: fresh.get(name) ?? null }))
    .filter((each) => each.before !== each.after)
}

function fileChanges(before: string, after: string): SysrootChanges['files'] {
  const entries = (root: string) => new Map(readTree(root).map((entry) => [entry.path, JSON.stringify(entry)]))
  const [old, fresh] = [entries(before), entries(after)]
  const changed = [...old].filter(([path, entry]) => fresh.has(path) && fresh.get(path) !== entry)
  return { ...difference([...old.keys()], [...fresh.keys()]), changed: changed.map(([path]) => path) }
}

function difference(before: readonly string[], after: readonly string[]): Difference {
  const [old, fresh] = [new Set(before), new Set(after)]
  return { added: after.filter((each) => !old.has(each)), removed: before.filter((each) => !fresh.has(each)) }
}
