import type { Flags, OptionsOf } from './flags.js'

/** What a command gets: its words, those after `--`, and its flags. */
export interface Input<Rows extends Flags> {
  readonly words: readonly string[]
  readonly command: readonly string[]
  readonly options: OptionsOf<Rows>
}

/** One command: a row of the table and a file in commands/. */
export interface CommandRow<Rows extends Flags = Flags> {
  readonly name: string
  readonly usage: string
  readonly about: string
  /** Lines of the command's own help. */
  readonly more?: string
  /** How many words it takes before `--`. */
  readonly words: readonly [least: number, most: number]
  /** Whether a COMMAND must or may follow `--`. */
  readonly command: 'required' | 'allowed' | 'none'
  readonly flags: Rows
  load(): Promise<{ run(input: Input<Rows>): Promise<number> }>
}

/** Any number of words. */
export const many = Number.POSITIVE_INFINITY

/** Checks a row against its command's file, then forgets its flags' types: the table is read by name. */
export function row<Rows extends Flags>(command: CommandRow<Rows>): CommandRow {
  return command as unknown as CommandRow
}
