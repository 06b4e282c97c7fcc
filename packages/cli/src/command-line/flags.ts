import type { GlibcMatrixConfig } from '@glibc-matrix/core/store'

/** One flag of the command line; the key of its row is what the command reads. */
export interface Flag {
  readonly name: string
  /** What its value is, for the help; without it the flag is a switch. */
  readonly value?: string
  /** May be given several times. */
  readonly many?: true
  readonly about: string
}

export type Flags = Readonly<Record<string, Flag>>

/** What a command gets from its flags. */
export type OptionsOf<Rows extends Flags> = {
  readonly [Key in keyof Rows]: Rows[Key] extends { many: true }
    ? readonly string[] | undefined
    : Rows[Key] extends { value: string }
      ? string | undefined
      : boolean | undefined
}

/** Flags that override the config: each key is one of the config's own. */
export const installFlags = {
  packages: {
    name: 'package',
    value: 'PACKAGE',
    many: true,
    about: 'a further package of the sysroot (debian:, ubuntu:)',
  },
  mirrors: { name: 'mirror', value: 'URL', many: true, about: "a mirror of Debian or Ubuntu, instead of apt's" },
  keyring: { name: 'keyring', value: 'FILE', about: "the archive's keys, instead of the machine's" },
  allowUnsigned: { name: 'allow-unsigned', about: "take a mirror whose signature can't be checked" },
} as const satisfies { readonly [Key in keyof GlibcMatrixConfig]?: Flag }

/** The same, for how a column is run and judged. */
export const judgeFlags = {
  hostLibraries: {
    name: 'host-libraries',
    value: 'allow|refuse',
    about: 'whether the host lends what a sysroot lacks',
  },
  strategy: {
    name: 'strategy',
    value: 'loader|patch|namespace|auto',
    about: 'how a program is made to run on a glibc',
  },
  accounting: {
    name: 'accounting',
    value: 'auto|exact|shim',
    about: 'who counts what programs start: the kernel, or their shims alone',
  },
  runtime: { name: 'runtime', value: 'host|node', about: "whose libc Node runs on: the host's, or the column's (run)" },
  incompatible: { name: 'incompatible', value: 'fail|allow', about: "whether a program that can't load is red" },
  unproven: { name: 'unproven', value: 'warn|fail', about: 'whether a column without proof is red' },
  onMissing: { name: 'on-missing', value: 'fail|skip', about: "what happens when a sysroot can't be had" },
} as const satisfies { readonly [Key in keyof GlibcMatrixConfig]?: Flag }

export const configFlag = {
  config: { name: 'config', value: 'FILE', about: 'the config, instead of the one that is found' },
} as const satisfies Flags

export const withFlag = {
  with: { name: 'with', value: 'SPEC', about: 'the sysroot that lends what a sysroot lacks, such as libstdc++' },
} as const satisfies Flags

export const jsonFlag = { json: { name: 'json', about: 'only JSON on stdout' } } as const satisfies Flags

/** Every command has these. */
export const commonFlags = {
  debug: { name: 'debug', about: 'stack traces, as with GLIBC_MATRIX_DEBUG=1' },
  help: { name: 'help', about: 'this help' },
} as const satisfies Flags

export const addFlags = {
  frozen: { name: 'frozen', about: 'exactly what the lock file pins, or fail (by default so where CI is set)' },
  pin: { name: 'pin', value: 'KEY:SHA256', about: 'of a suite that has ended: the key and the InRelease that count' },
  name: { name: 'name', value: 'NAME', about: 'call it so, instead of by its glibc version' },
  for: { name: 'for', value: 'PROGRAM', many: true, about: 'with the packages whose libraries PROGRAM needs' },
  ...withFlag,
  ...installFlags,
  ...configFlag,
} as const satisfies Flags

export const updateFlags = { ...installFlags, ...configFlag, ...jsonFlag } as const satisfies Flags

export const explainFlags = {
  sysroot: { name: 'sysroot', value: 'S', about: 'the sysroot to plan for' },
  ...withFlag,
  ...installFlags,
  hostLibraries: judgeFlags.hostLibraries,
  ...configFlag,
  ...jsonFlag,
} as const satisfies Flags

export const inspectFlags = {
  max: { name: 'max', value: 'VERSION', about: 'the highest floor that is allowed' },
  baseline: {
    name: 'baseline',
    value: 'FILE',
    about: 'floors that were agreed to: fails for one that has risen or is not in it',
  },
  update: { name: 'update', about: 'write the baseline' },
  ...jsonFlag,
} as const satisfies Flags

export const packFlags = {
  format: { name: 'format', value: 'tar|npm', about: 'an archive (archive:FILE), or a package for npm (npm:PACKAGE)' },
  as: { name: 'as', value: 'PACKAGE@VERSION', about: 'what the package is called' },
  out: { name: 'out', value: 'FILE', about: 'where it is written, instead of this directory' },
  ...withFlag,
  ...installFlags,
  ...configFlag,
} as const satisfies Flags

export const sysrootFlags = {
  sysroot: { name: 'sysroot', value: 'S', about: 'the sysroot that the program shall run on' },
  ...withFlag,
  ...installFlags,
  ...configFlag,
} as const satisfies Flags

export const linkFlags = {
  ...sysrootFlags,
  for: { name: 'for', value: 'cc|cargo|cgo|cmake', about: 'who shall take them; cc without it' },
} as const satisfies Flags

export const columnsFlags = {
  sysroot: { name: 'sysroot', value: 'S[,S…]', many: true, about: "the columns; without it the config's" },
  ...withFlag,
  ...judgeFlags,
  ...installFlags,
  ...configFlag,
  ...jsonFlag,
} as const satisfies Flags

export const blobFlags = {
  blob: { name: 'blob', value: 'DIR', about: 'keep the records there, for `glibc-matrix merge`' },
} as const satisfies { readonly [Key in keyof GlibcMatrixConfig]?: Flag }

export const reportFlag = {
  report: {
    name: 'report',
    value: 'KIND=FILE',
    many: true,
    about: 'write a report: junit, html, markdown or json, such as html=grid.html',
  },
} as const satisfies Flags

export const runFlags = { ...columnsFlags, ...blobFlags, ...reportFlag } as const satisfies Flags

export const reportFlags = {
  ...reportFlag,
  incompatible: judgeFlags.incompatible,
  unproven: judgeFlags.unproven,
} as const satisfies Flags

export const floorFlags = {
  ...columnsFlags,
  max: inspectFlags.max,
  grid: {
    name: 'grid',
    value: 'FILE',
    about: 'the floor of each test of a grid file (outputFile), instead of a command',
  },
} as const satisfies Flags

export const rolloutFlags = {
  from: { name: 'from', value: 'S', about: 'the sysroot that is in use' },
  to: { name: 'to', value: 'S', about: 'the sysroot that shall take its place' },
  grid: {
    name: 'grid',
    value: 'FILE',
    about: 'two columns of a grid file (outputFile), instead of files and a command',
  },
  ...withFlag,
  ...judgeFlags,
  ...installFlags,
  ...configFlag,
  ...jsonFlag,
} as const satisfies Flags

export const mergeFlags = {
  out: { name: 'out', value: 'FILE', about: 'write the grid there, as `outputFile` does' },
  timings: { name: 'timings', value: 'FILE', about: 'write there how long each test file took, for balanced shards' },
  ...reportFlag,
  ...jsonFlag,
} as const satisfies Flags

export const ciFlags = {
  shards: { name: 'shards', value: 'N', about: 'cut the test files of each column into N jobs' },
  workflow: {
    name: 'workflow',
    about: 'the whole workflow (github), or the pipeline that asks for the child (gitlab)',
  },
  install: {
    name: 'install',
    value: 'COMMAND',
    about: "how a job installs packages, instead of by the project's lock file",
  },
  runsOn: { name: 'runs-on', value: 'LABEL', about: "the runner's label (github) or tag (gitlab)" },
  ...configFlag,
} as const satisfies Flags
