import { isAbsolute, relative, resolve } from 'node:path'

/** A spec whose paths, where its kind has any, are read as relative to `base`. */
export function absoluteSpec(spec: string, base: string): string {
  if (/^deb:./s.test(spec)) {
    const paths = spec.slice('deb:'.length).split(',')
    return `deb:${paths.map((path) => path && resolve(base, path.trim())).join(',')}`
  }
  const [, kind, path = ''] = /^(dir|musl|source|archive|oci-layout):(.+)$/s.exec(spec) ?? []
  return kind === undefined || isAbsolute(path) ? spec : `${kind}:${resolve(base, path)}`
}

/** Paths of a spec as seen from the lock file, so that it means the same on every machine. What is used in place (`dir:`, `musl:`) is not pinned. */
export function portableSpec(spec: string, file: string): string {
  const [, kind, paths = ''] = /^(deb|source|archive|oci-layout):(.+)$/s.exec(spec) ?? []
  if (kind === undefined) return spec
  const root = resolve(file, '..')
  const portable = (path: string) => relative(root, resolve(root, path)) || '.'
  return `${kind}:${kind === 'deb' ? paths.split(',').map(portable).join(',') : portable(paths)}`
}
