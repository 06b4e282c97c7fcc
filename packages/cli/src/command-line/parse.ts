import { parseArgs } from 'node:util'
import { GlibcMatrixError } from '@glibc-matrix/core/store'
import type { CommandRow, Input } from './command.js'
import { commonFlags, type Flag, type Flags } from './flags.js'
import { nearest } from './nearest.js'

/**
 * Reads the words after a command's name. Values stay text: a parser that makes numbers of them turns 2.40 into 2.4.
 *
 * @throws GlibcMatrixError USAGE.
 */
export function parse(row: CommandRow, argv: readonly string[]): Input<Flags> | 'help' {
  const end = argv.indexOf('--')
  const before = end === -1 ? argv : argv.slice(0, end)
  const command = end === -1 ? [] : argv.slice(end + 1)
  if (before.includes('--help') || before.includes('-h')) return 'help'
  if (row.command === 'required' && end === -1) throw usageError(row.usage, 'no `--` with a COMMAND after it')

  const { words, options } = readFlags(row, before)
  checkWords(row, words)
  checkCommand(row, end === -1 ? null : command)
  return { words, command, options }
}

/** USAGE for a command (or a flag in its place) that there is none of; with the one that was meant, where one is near. */
export function unknownCommand(name: string, known: readonly string[]): GlibcMatrixError {
  const kind = name.startsWith('-') ? 'flag' : 'command'
  const near = kind === 'flag' ? null : nearest(name, known)
  return new GlibcMatrixError(
    'USAGE',
    `there is no ${kind} '${name}'`,
    near === null ? `The commands are ${known.join(', ')}.` : `Did you mean: glibc-matrix ${near}?`,
    { found: name, known },
  )
}

/** A wrong use of a command, with its usage. */
export function usageError(usage: string, found: string, hint = ''): GlibcMatrixError {
  return new GlibcMatrixError('USAGE', found, `${hint && `${hint}\n`}Usage: glibc-matrix ${usage}`, { usage })
}

type Options = Input<Flags>['options']

function readFlags(row: CommandRow, argv: readonly string[]): { words: string[]; options: Options } {
  const flags = Object.entries<Flag>({ ...row.flags, ...commonFlags })
  const config = Object.fromEntries(
    flags.map(([, { name, value, many }]) => {
      const type: 'boolean' | 'string' = value === undefined ? 'boolean' : 'string'
      return [name, { type, multiple: many === true }]
    }),
  )
  const { values, positionals } = parseStrictly(row, argv, config)
  return {
    words: positionals,
    options: Object.fromEntries(flags.map(([key, { name }]) => [key, values[name]])) as Options,
  }
}

type ParseConfig = Record<string, { type: 'boolean' | 'string'; multiple: boolean }>

function parseStrictly(row: CommandRow, argv: readonly string[], options: ParseConfig) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw usageError(row.usage, firstSentence(message))
    const flag = /'(-[^']*)'/.exec(message)?.[1] ?? message
    const near = nearest(
      flag,
      Object.keys(options).map((name) => `--${name}`),
    )
    const hint = near === null ? '' : `Did you mean ${near}?`
    throw usageError(row.usage, `${row.name} has no flag ${flag}`, hint)
  }
}

function firstSentence(message: string): string {
  return message.split(/[.\n]/)[0] as string
}

function checkWords(row: CommandRow, words: readonly string[]): void {
  const [least, most] = row.words
  if (words.length < least)
    throw usageError(row.usage, `${row.name} needs ${least === 1 ? 'an argument' : `${least} arguments`}`)
  if (words.length <= most) return
  const hint = row.command === 'required' ? 'The COMMAND comes after `--`.' : ''
  throw usageError(row.usage, `${row.name} takes no argument '${words[most]}'`, hint)
}

function checkCommand(row: CommandRow, command: readonly string[] | null): void {
  if (command === null) return
  if (row.command === 'none') throw usageError(row.usage, `${row.name} takes nothing after \`--\``)
  if (row.command === 'required' && command.length === 0) throw usageError(row.usage, 'no COMMAND after `--`')
}
