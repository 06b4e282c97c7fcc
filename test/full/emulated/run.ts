import { glibcMatrix } from '../../e2e/cli/command.js'

export interface Column {
  readonly name: string
  readonly state: string
  readonly reason?: string
  readonly exitCode: number | null
  readonly records: readonly {
    readonly program: string
    readonly proof: string
    readonly libc: readonly string[]
    readonly accounting: string
    readonly command: readonly string[]
  }[]
}

/** `glibc-matrix run` in columns; what the command printed goes to stderr. */
export async function runIn(
  specs: readonly string[],
  cwd: string,
  command: readonly string[],
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const args = ['run', '--json', ...flags, '--sysroot', specs.join(','), '--', ...command]
  const { stdout, stderr, exitCode } = await glibcMatrix(args, { cwd, env })
  const columns = stdout === '' ? [] : (JSON.parse(stdout) as { columns: Column[] }).columns
  return { columns, column: columns[0], stderr, exitCode }
}
