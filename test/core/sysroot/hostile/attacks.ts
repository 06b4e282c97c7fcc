import { layout } from '../debian/fake-archive.js'
import type { Family } from './formats.js'
import { gnuLong, pax, type RawEntry } from './raw-tar.js'

/** Where every format keeps what it finds. */
export const LIB = `usr/lib/${layout.triplet}`

/** Refused, or what of it lies inside afterwards, by path below LIB; nothing of it where the list is empty. */
export type Outcome = 'refused' | readonly string[]

export interface Attack {
  readonly name: string
  /** The archives that are laid over each other; `victim` is a directory outside, with a file `secret`. */
  readonly archives: (victim: string) => readonly (readonly RawEntry[])[]
  readonly outcomes: Readonly<Record<Family, Outcome>>
}

const at = (name: string) => `${LIB}/${name}`
const file = (name: string, more: Partial<RawEntry> = {}): RawEntry => ({ name: at(name), body: 'x', ...more })
const directory = (name: string): RawEntry => ({ name: `${name}/`, type: '5', mode: 0o755 })
const symlink = (name: string, target: string): RawEntry => ({ name: at(name), type: '2', target })
const hardLink = (name: string, target: string): RawEntry => ({ name: at(name), type: '1', target })
const up = (path: string) => `${'../'.repeat(12)}${path.slice(1)}`

/** Of npm's package nothing is written but one file, which is none of these: what is no danger there is passed over. */
const passedOver: readonly string[] = []

const everywhere = { deb: 'refused', archive: 'refused', npm: 'refused', image: 'refused' } as const
const butByNpm = { ...everywhere, npm: passedOver } as const

export const attacks: readonly Attack[] = [
  ...[
    ['a name that climbs', (victim: string) => [{ name: up(`${victim}/x`), body: 'x' }]],
    ['a name that goes in and climbs', () => [{ name: 'usr/lib/../../../x', body: 'x' }]],
    ['a name that climbs in pax', (victim: string) => [pax({ path: `../../../..${victim}/x` }), file('libx.so')]],
    [
      'a name that climbs in a GNU long name',
      (victim: string) => [gnuLong('L', `../../..${victim}/x`), file('libx.so')],
    ],
    ['a directory that climbs', () => [directory('../x')]],
    ['a name with control characters', () => [file('lib\x1b[2J.so')]],
    ['a name that no file system takes', () => [pax({ path: `${LIB}/${'x'.repeat(300)}` }), file('libx.so')]],
  ].map(([name, entries]) => one(name as string, entries as Entries, everywhere)),
  one('an absolute name', (victim) => [{ name: `${victim}/x`, body: 'x' }], { ...everywhere, image: [] }),
  one('a file through an absolute symlink', (victim) => [symlink('libx.so', victim), file('libx.so/x')], butByNpm),
  one('a file through a climbing symlink', (victim) => [symlink('libx.so', up(victim)), file('libx.so/x')], butByNpm),
  one(
    'a file through a chain of symlinks',
    (victim) => [symlink('a', '.'), symlink('b', 'a/..'), symlink('c', `b/../../../../../..${victim}`), file('c/x')],
    butByNpm,
  ),
  one(
    'a file through symlinks to the root and above',
    () => [symlink('a', '../../..'), symlink('b', 'a/../../../..'), { name: `${LIB}/b/${LIB}/libx.so`, body: 'x' }],
    { deb: ['a', 'b', 'libx.so'], archive: ['a', 'b', 'libx.so'], npm: [], image: ['libx.so'] },
  ),
  one(
    'a directory through a symlink',
    (victim) => [symlink('libx.so', up(victim)), directory(`${LIB}/libx.so/x`)],
    butByNpm,
  ),
  one(
    'a symlink in the place of a directory, and a file through it',
    (victim) => [directory(at('d')), symlink('d', up(victim)), file('d/x')],
    butByNpm,
  ),
  one(
    'symlinks that lead out',
    (victim) => [symlink('liba.so', `${victim}/secret`), symlink('libb.so', up('/etc/passwd'))],
    {
      deb: ['liba.so', 'libb.so'],
      archive: ['liba.so', 'libb.so'],
      npm: [],
      image: [],
    },
  ),
  one('a symlink to itself', () => [symlink('libx.so', 'libx.so'), file('libx.so/x')], butByNpm),
  one('a symlink to nothing', () => [symlink('libx.so', '')], everywhere),
  one('a symlink to a zero byte', () => [pax({ linkpath: 'a\0b' }), symlink('libx.so', 'a')], everywhere),
  one(
    'a target that no file system takes',
    () => [pax({ linkpath: 'x/'.repeat(3000) }), symlink('libx.so', 'a')],
    everywhere,
  ),
  ...[
    ['an absolute hard link out', (victim: string) => [hardLink('libx.so', `${victim}/secret`)]],
    ['a hard link that climbs', (victim: string) => [hardLink('libx.so', up(`${victim}/secret`))]],
    ['a hard link through a symlink', (victim: string) => [symlink('d', victim), hardLink('libx.so', at('d/secret'))]],
    ['a hard link to a directory', () => [directory(at('d')), hardLink('libx.so', at('d'))]],
  ].map(([name, entries]) => one(name as string, entries as Entries, butByNpm)),
  one(
    'a hard link to a symlink that leads out',
    (victim) => [symlink('liba.so', `${victim}/secret`), hardLink('libb.so', at('liba.so'))],
    { ...butByNpm, image: [] },
  ),
  two(
    'a file over a symlink of the archive before',
    (victim) => [[symlink('libx.so', `${victim}/x`)], [file('libx.so')]],
    {
      deb: ['libx.so'],
      image: ['libx.so'],
      npm: 'refused',
    },
  ),
  two(
    'a file through a symlink of the archive before',
    (victim) => [[symlink('gconv', victim)], [file('gconv/X.so')]],
    {
      deb: 'refused',
      image: 'refused',
    },
  ),
  two(
    'a chain of symlinks over three archives',
    (victim) => [[symlink('a', '../../..')], [symlink('gconv', `a/..${victim}`)], [file('gconv/X.so')]],
    { deb: 'refused', image: 'refused' },
  ),
  two(
    'a hard link through a symlink of the archive before',
    (victim) => [[symlink('d', up(victim))], [hardLink('libx.so', at('d/secret'))]],
    { deb: 'refused', image: 'refused' },
  ),
  ...[
    ['a character device', '3'],
    ['a block device', '4'],
    ['a fifo', '6'],
  ].map(([name, type]) =>
    one(name as string, () => [{ name: at('libx.so'), type: type as string }], { ...butByNpm, image: [] }),
  ),
  // POSIX takes it for a file.
  one('a type that nobody knows', () => [file('libx.so', { type: 'Z' })], {
    deb: ['libx.so'],
    archive: ['libx.so'],
    npm: [],
    image: ['libx.so'],
  }),
  one('a sparse file', () => [pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0' }), file('libx.so')], everywhere),
  one(
    'setuid, setgid and write bits',
    () => [
      file('liba.so', { mode: 0o6777 }),
      file('libb.so', { mode: 0o1666 }),
      { ...directory(at('gconv')), mode: 0o7777 },
    ],
    {
      deb: ['gconv', 'liba.so', 'libb.so'],
      archive: ['gconv', 'liba.so', 'libb.so'],
      npm: [],
      image: ['liba.so', 'libb.so'],
    },
  ),
  // In an image it is the format's own rule that the later one counts.
  one('a name twice', () => [file('libx.so'), file('libx.so', { body: 'y' })], { ...everywhere, image: ['libx.so'] }),
  one('a file and a directory of one name', () => [file('libx.so'), directory(at('libx.so'))], {
    ...everywhere,
    image: [],
  }),
  one(
    'names that differ in case alone',
    () => [file('libx.so'), file('libX.so'), file('gconv/a.so'), file('GCONV/a.so')],
    {
      deb: ['GCONV/a.so', 'gconv/a.so', 'libX.so', 'libx.so'],
      archive: ['GCONV/a.so', 'gconv/a.so', 'libX.so', 'libx.so'],
      npm: [],
      image: ['gconv/a.so', 'libX.so', 'libx.so'],
    },
  ),
  ...[
    ['a size beyond the end', '00000077777\0'],
    ['a size of many gigabytes', '77777777777\0'],
    ['a size of 2^95', '\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff'],
    ['a size below zero', '\xff'.repeat(12)],
    ['a size that is no number', 'many bytes\0\0'],
    ['a size of nothing for a file of something', '00000000000\0'],
  ].map(([name, size]) =>
    one(name as string, () => [file('libx.so', { size: size as string, body: 'x'.repeat(600) })], everywhere),
  ),
  one('a size that pax says otherwise', () => [pax({ size: '99999999999999999999' }), file('libx.so')], everywhere),
]

type Entries = (victim: string) => readonly RawEntry[]

function one(name: string, entries: Entries, outcomes: Attack['outcomes']): Attack {
  return { name, archives: (victim) => [entries(victim)], outcomes }
}

/** Formats of one archive can't be laid over each other: they are given all of it at once, which they refuse by the name or the way. */
function two(
  name: string,
  archives: Attack['archives'],
  outcomes: Pick<Attack['outcomes'], 'deb' | 'image'> & Partial<Attack['outcomes']>,
): Attack {
  return { name, archives, outcomes: { archive: 'refused', npm: [], ...outcomes } }
}
