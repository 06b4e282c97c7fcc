import type { CommandRow } from './command.js'
import { commonFlags, type Flags } from './flags.js'
import { commands } from './table.js'

/** What `glibc-matrix --help` prints. */
export function generalHelp(): string {
  const rows = Object.values(commands).map(({ usage, about }) => `  ${usage}\n      ${about}`)
  return [
    'glibc-matrix: run native programs, and the JavaScript suites that start them, over several versions of glibc',
    '',
    'Usage: glibc-matrix COMMAND …',
    '',
    ...rows,
    '',
    '  --help, --version; `glibc-matrix COMMAND --help` shows the flags of a command',
    '',
  ].join('\n')
}

/** What `glibc-matrix COMMAND --help` prints. */
export function commandHelp({ usage, about, more, flags }: CommandRow): string {
  const text = more === undefined ? [] : [more, '']
  return [
    `Usage: glibc-matrix ${usage}`,
    '',
    `${about}.`,
    '',
    ...text,
    ...flagLines({ ...flags, ...commonFlags }),
    '',
  ].join('\n')
}

function flagLines(flags: Flags): string[] {
  const rows = Object.values(flags).map(({ name, value, about }) => ({
    left: value === undefined ? `--${name}` : `--${name} ${value}`,
    about,
  }))
  const width = Math.max(...rows.map(({ left }) => left.length))
  return rows.map(({ left, about }) => `  ${left.padEnd(width)}  ${about}`)
}
