import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandRow } from './command-line/command.js'
import { commandHelp, generalHelp } from './command-line/help.js'
import { commands } from './command-line/table.js'

/** Runs one command line and answers its exit status. Whatever fails is told on stderr; core is loaded only when needed. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv)
  } catch (error) {
    const { printFailure } = await import('./output/failure.js')
    return printFailure(error, argv)
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv.filter((argument, index) => index > 0 || argument !== '--debug')
  if (first === undefined) {
    process.stderr.write(generalHelp())
    return 2
  }
  if (['--help', '-h', 'help'].includes(first)) return print(helpOn(rest[0]))
  if (['--version', '-v', '-V'].includes(first)) return print(`${version()}\n`)

  const command = commandNamed(first)
  const { parse, unknownCommand } = await import('./command-line/parse.js')
  if (command === undefined) throw unknownCommand(first, Object.keys(commands))
  const input = parse(command, rest)
  if (input === 'help') return print(commandHelp(command))
  const { run } = await command.load()
  return run(input)
}

function commandNamed(name: string | undefined): CommandRow | undefined {
  return name !== undefined && Object.hasOwn(commands, name) ? commands[name as keyof typeof commands] : undefined
}

function helpOn(name: string | undefined): string {
  const command = commandNamed(name)
  return command === undefined ? generalHelp() : commandHelp(command)
}

function version(): string {
  return JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')).version
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}
