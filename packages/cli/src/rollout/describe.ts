import { basename } from 'node:path'
import type { FileJudgement, Lack, Rollout, RolloutFile, RolloutOutcome } from '@glibc-matrix/core'
import type { Colors } from '../output/colors.js'
import { libcName } from '../output/libc-name.js'
import { describeReport, type RunColumn } from '../run/report.js'

interface Side {
  readonly name: string
  readonly spec: string
  readonly glibc: string | null
}

/** What `glibc-matrix rollout --json` prints. */
export interface RolloutReport extends Rollout {
  readonly format: 1
  readonly from: Side
  readonly to: Side
  /** The command's two columns, as `run --json` has them; null without one. */
  readonly command: readonly RunColumn[] | null
}

/** How many symbols are named for one file. */
const named = 8

/** What breaks first, then what can't be told, then what a roll-out makes possible; what runs on both is only counted. */
export function describeRollout(report: RolloutReport, colors: Colors): string {
  const { from, to, files, skipped } = report
  const titles: readonly (readonly [RolloutOutcome, string])[] = [
    ['breaks', colors.red(`✗ breaks: has all that it needs on ${from.name}, not on ${to.name}`)],
    ['undecided', colors.yellow('? undecided: a library is in one of the sysroots alone')],
    ['only-to', `+ only on ${to.name}`],
    ['neither', `· on neither`],
  ]
  const sections = titles.flatMap(([outcome, title]) =>
    section(
      title,
      files.filter((file) => file.outcome === outcome),
    ),
  )
  const both = files.filter(({ outcome }) => outcome === 'both')
  const unread = skipped.filter(({ code }) => code === 'unread')
  return [
    `from ${describeSide(from)} to ${describeSide(to)}, by the files alone`,
    ...sections,
    ...section(colors.yellow("? can't be read"), unread),
    '',
    `${colors.green('✓')} on both: ${both.length} of ${files.length}${notCompared(report)}`,
    ...unseenIn(files),
    '',
  ].join('\n')
}

/** The two columns of a command, and what they say together. */
export function describeCommand(columns: readonly RunColumn[], colors: Colors): string {
  const [before, after] = columns.map(({ state }) => state)
  const both = before === 'pass' ? 'it works on both' : 'only there does it work'
  const conclusion =
    after === 'pass'
      ? colors.green(`✓ ${both}`)
      : colors.red(before === 'pass' ? '✗ it breaks, or proves nothing' : '✗ it works on neither')
  return `\n${describeReport({ format: 1, columns }, colors)}${conclusion}\n`
}

function describeSide({ name, spec, glibc }: Side): string {
  return glibc === null || glibc === name ? `${name} (${spec})` : `${name} (${spec}, ${libcName(glibc)})`
}

function section(
  title: string,
  files: readonly (RolloutFile | { readonly path: string; readonly reason: string })[],
): string[] {
  if (files.length === 0) return []
  const lines = files.flatMap((file) => [`  ${file.path}`, ...reasonsOf(file).map((reason) => `      ${reason}`)])
  return ['', `${title} (${files.length})`, ...lines]
}

function reasonsOf(file: RolloutFile | { readonly reason: string }): string[] {
  if ('reason' in file) return [file.reason]
  const { outcome, from, to, path } = file
  if (outcome === 'only-to') return lacksOf(from, path)
  if (outcome === 'undecided') {
    const only = (one: FileJudgement, other: FileJudgement) => one.unseen.filter((name) => !other.unseen.includes(name))
    return [
      ...only(to, from).map((name) => `${name} is missing in the new sysroot alone: add its package there`),
      ...only(from, to).map((name) => `${name} is missing in the old sysroot alone: add its package there`),
      ...lacksOf(to, path),
    ]
  }
  return lacksOf(to, path)
}

/** Its own symbols by name; those of a library that it brings are counted, as that is told of by itself. */
function lacksOf({ lacks, missing }: FileJudgement, path: string): string[] {
  // A library is named by the place that it was found in, a program by the one that was given.
  const isOwn = ({ requiredBy }: Lack) => basename(requiredBy) === basename(path)
  const own = lacks.filter(isOwn)
  const brought = [...new Set(lacks.filter((lack) => !isOwn(lack)).map(({ requiredBy }) => requiredBy))]
  const more = own.length - named
  return [
    ...missing.map((name) => `needs ${name}, which is not there`),
    ...own.slice(0, named).map((lack) => `${nameOf(lack)} of ${lack.library}`),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...brought.map((library) => {
      const [first, ...others] = lacks.filter(({ requiredBy }) => requiredBy === library) as [Lack, ...Lack[]]
      return `its ${basename(library)} needs ${nameOf(first)}${others.length === 0 ? '' : ` and ${others.length} more`}`
    }),
  ]
}

function nameOf({ symbol, version }: Lack): string {
  return symbol === null ? version : `${symbol}@${version}`
}

function notCompared({ skipped }: RolloutReport): string {
  const reasons = new Map<string, number>()
  for (const { code } of skipped.filter((skip) => skip.code !== 'unread'))
    reasons.set(code, (reasons.get(code) ?? 0) + 1)
  if (reasons.size === 0) return ''
  return `; not compared: ${[...reasons].map(([code, count]) => `${count} ${words[code] ?? code}`).join(', ')}`
}

const words: Readonly<Record<string, string>> = {
  static: 'static',
  'foreign-machine': 'of another machine',
  'foreign-libc': 'of another libc',
}

/** Libraries that neither sysroot has: nothing is known of what they need. */
function unseenIn(files: readonly RolloutFile[]): string[] {
  const names = [...new Set(files.flatMap(({ outcome, to }) => (outcome === 'undecided' ? [] : to.unseen)))].sort()
  if (names.length === 0) return []
  return [`  in neither sysroot, so not looked at: ${names.join(', ')}`]
}
