/** A family of archives of Debian's format, and how a machine's apt names them. */
export interface Distribution {
  /** As in a spec. */
  readonly kind: 'debian' | 'ubuntu'
  readonly title: string
  /** Names of its own suites and releases: only an apt source that names one is taken for its archive. */
  readonly suites: readonly string[]
  /** Where packages are looked for, in this order. */
  readonly components: readonly string[]
  /** The suite below one that is only laid over it: what the upper one lacks comes from there, as with apt. */
  readonly below: (suite: string) => string | undefined
  /** Where its packages and installers put the archive's keys. */
  readonly keyringFiles: readonly string[]
  /** Where they put those that no suite of today is signed by. */
  readonly endedKeyringFiles: readonly string[]
  /** Names among those that apt trusts for every source (KEYRING_DIRECTORY). */
  readonly keyringName: RegExp
  /** A Signed-By that names its keys; another one is a third party's. */
  readonly ownKey: RegExp
  readonly keyringPackage: string
}

/** Directory of the keys that apt trusts for every source. */
export const KEYRING_DIRECTORY = 'etc/apt/trusted.gpg.d'

const overlays: Readonly<Record<string, string>> = { experimental: 'sid', 'rc-buggy': 'sid' }

/** Files of debian-archive-keyring. */
export const DEBIAN: Distribution = {
  kind: 'debian',
  title: 'Debian',
  suites: [
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
  ],
  components: ['main'],
  below: (suite) => (Object.hasOwn(overlays, suite) ? overlays[suite] : undefined),
  keyringFiles: ['usr/share/keyrings/debian-archive-keyring.gpg', 'usr/share/keyrings/debian-archive-keyring.pgp'],
  endedKeyringFiles: [
    'usr/share/keyrings/debian-archive-removed-keys.gpg',
    'usr/share/keyrings/debian-archive-removed-keys.pgp',
  ],
  keyringName: /^debian-archive-.*\.(?:gpg|asc|pgp)$/,
  ownKey: /\/debian-archive-[^/]*$/,
  keyringPackage: 'debian-archive-keyring',
}

/** Files of ubuntu-keyring; its release never changes, what is newer is in the pockets `-updates` and `-security`. */
export const UBUNTU: Distribution = {
  kind: 'ubuntu',
  title: 'Ubuntu',
  suites: [
    'trusty',
    'xenial',
    'bionic',
    'focal',
    'jammy',
    'noble',
    'oracular',
    'plucky',
    'questing',
    'resolute',
    'devel',
  ],
  components: ['main', 'universe'],
  below: (suite) => /^([a-z]+)-(?:updates|security|proposed|backports)$/.exec(suite)?.[1],
  keyringFiles: ['usr/share/keyrings/ubuntu-archive-keyring.gpg'],
  endedKeyringFiles: ['usr/share/keyrings/ubuntu-archive-removed-keys.gpg'],
  keyringName: /^ubuntu-keyring-.*\.(?:gpg|asc)$/,
  ownKey: /\/ubuntu-(?:archive-keyring|keyring-)[^/]*$/,
  keyringPackage: 'ubuntu-keyring',
}
