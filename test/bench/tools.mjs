// The peers, as command lines that run a program on the files of a sysroot; those that this machine lacks or refuses as the
// reason why.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, copyFileSync, cpSync, mkdirSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'

/** What Debian calls the packages, for those who lack them. */
const packages = {
  bwrap: 'bubblewrap',
  chroot: 'coreutils',
  debootstrap: 'debootstrap',
  mmdebstrap: 'mmdebstrap',
  patchelf: 'patchelf',
  proot: 'proot',
  readelf: 'binutils',
  unshare: 'util-linux',
}

/** Where a tool is, or null; chroot and debootstrap are outside of a user's PATH. */
export function find(tool) {
  const places = `${process.env.PATH}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter)
  return places.map((place) => join(place, tool)).find(isExecutable) ?? null
}

export function whyMissing(tool) {
  return find(tool) === null ? `not installed: apt-get install ${packages[tool]}` : null
}

/**
 * Name → `{command}` or `{reason}`: bwrap, proot, unshare and chroot with a copy of the sysroot as their root, each tried once
 * with a program that says which glibc it is on.
 */
export function otherRoots({ sysroot, directory, program, witness }) {
  const root = join(directory, 'other-root')
  cpSync(sysroot.path, root, { recursive: true, verbatimSymlinks: true })
  spawnSync('chmod', ['-R', 'u+w', root])
  for (const place of ['proc', 'dev', 'tmp']) mkdirSync(join(root, place), { recursive: true })
  for (const file of [program, witness]) copyFileSync(file, join(root, basename(file)))
  const user = process.getuid() === 0 ? [] : ['--map-root-user']
  const ways = {
    bwrap: ['--bind', root, '/'],
    proot: ['-r', root],
    unshare: [...user, '--mount', '--root', root],
    chroot: [root],
  }
  return Object.fromEntries(Object.entries(ways).map(([tool, args]) => [tool, tried(tool, args)]))

  function tried(tool, args) {
    const reason = whyMissing(tool)
    if (reason !== null) return { reason }
    const { status, stdout, stderr, error } = spawnSync(find(tool), [...args, `/${basename(witness)}`], {
      encoding: 'utf8',
    })
    if (stdout?.includes(`glibc=${sysroot.glibc}`)) return { command: [find(tool), ...args, `/${basename(program)}`] }
    return { reason: `refused: ${(error?.message ?? stderr.trim().split('\n').at(-1)) || `status ${status}`}` }
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
