import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import picomatch from 'picomatch'

// ld.so(8): searched after the cache, whatever /etc/ld.so.conf says.
const trusted = ['/lib64', '/usr/lib64', '/lib', '/usr/lib']
const maxDepth = 8

let remembered: readonly string[] | undefined

/** Directories in which the host's ld.so finds libraries by name: those of /etc/ld.so.conf (ldconfig(8)), then the trusted ones. */
export function hostLibraryDirs(): readonly string[] {
  remembered ??= [...new Set([...confDirectories('/etc/ld.so.conf', 0), ...trusted])]
  return remembered
}

/** Reads a configuration as ldconfig does; a file that can't be read names no directory. */
export function confDirectories(path: string, depth: number): readonly string[] {
  if (depth > maxDepth) return []
  return readLines(path).flatMap((line) => {
    const included = /^include\s+(.+)$/.exec(line)
    if (included !== null) {
      const globs = (included[1] ?? '').split(/\s+/)
      return globs.flatMap((glob) =>
        expand(resolve(dirname(path), glob)).flatMap((file) => confDirectories(file, depth + 1)),
      )
    }
    return line.startsWith('/') ? [line.replace(/=.*$/, '').replace(/(?<=.)\/+$/, '')] : []
  })
}

function readLines(path: string): readonly string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '')
  } catch {
    return []
  }
}

/** Wildcards in the last part alone, in order, as every distribution writes them. */
function expand(glob: string): readonly string[] {
  const directory = dirname(glob)
  try {
    const matches = picomatch(basename(glob))
    const names = readdirSync(directory).filter((name) => matches(name))
    return names.sort().map((name) => `${directory}/${name}`)
  } catch {
    return []
  }
}
