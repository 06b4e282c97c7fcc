/**
 * Where the operating system keeps its own programs and libraries. /usr/local, /opt, /home and /srv are not among them:
 * what lies there somebody put beside the system, which is what users test. On Nix and Guix the store is the system.
 */
export const systemDirectories: readonly string[] = [
  ...['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'],
  ...['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/libx32'],
  ...['/usr/libexec', '/usr/games', '/usr/share'],
  ...['/snap', '/var/lib/snapd', '/var/lib/flatpak', '/nix/store', '/gnu/store'],
]

/** The system directory that a real path lies in, null for a path outside of them. */
export function systemDirectoryOf(real: string): string | null {
  return systemDirectories.find((directory) => real.startsWith(`${directory}/`)) ?? null
}
