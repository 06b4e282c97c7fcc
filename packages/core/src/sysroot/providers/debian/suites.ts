/** Names of Debian's own suites and releases: only a source that names one is taken for a Debian archive. */
export const DEBIAN_SUITES: readonly string[] = [
  'stable',
  'oldstable',
  'oldoldstable',
  'testing',
  'unstable',
  'experimental',
  'rc-buggy',
  'sid',
  'jessie',
  'stretch',
  'buster',
  'bullseye',
  'bookworm',
  'trixie',
  'forky',
  'duke',
]

/** A suite that is only laid over another: what it lacks comes from there, as with apt. */
export const OVERLAYS: Readonly<Record<string, string>> = { experimental: 'sid', 'rc-buggy': 'sid' }

/** Where Debian's packages and installers put the archive's keys (debian-archive-keyring). */
export const KEYRING_FILES: readonly string[] = [
  'usr/share/keyrings/debian-archive-keyring.gpg',
  'usr/share/keyrings/debian-archive-keyring.pgp',
]

/** Directory and name of the keys that apt trusts for every source. */
export const KEYRING_DIRECTORY = 'etc/apt/trusted.gpg.d'
export const KEYRING_NAME = /^debian-archive-.*\.(?:gpg|asc|pgp)$/
