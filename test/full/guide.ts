import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a guide tells its reader to do, in its order. */
export type Step =
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'run'; readonly script: string; readonly fails: boolean }
  /** What the last command prints. */
  | { readonly kind: 'see'; readonly lines: readonly string[] }

/**
 * Reads the fenced blocks of a guide: ```` ```LANGUAGE PATH ```` is a file, `sh` is run and succeeds, `sh fails` is run and
 * doesn't, `text` is what was printed. Anything else, and text that follows no command, is a mistake of the guide.
 */
export function stepsOf(markdown: string): readonly Step[] {
  const fences = [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
  return fences.map(([, info = '', body = '']) => {
    const [language = '', argument] = info.split(' ')
    if (language === 'sh') return { kind: 'run', script: body, fails: argument === 'fails' }
    if (language === 'text') return { kind: 'see', lines: body.split('\n').filter((line) => line.trim() !== '') }
    if (argument === undefined) throw new Error(`a block of the guide is neither run nor written: \`\`\`${info}`)
    return { kind: 'write', path: argument, text: body }
  })
}

/** Puts a file of a guide into the reader's project. */
export function write(project: string, { path, text }: Extract<Step, { kind: 'write' }>): void {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), text)
}

/** The lines of a guide that were not printed; in them `…` stands for anything, and runs of spaces are one. */
export function missingLines(lines: readonly string[], printed: string): readonly string[] {
  const seen = printed.split('\n').map(squeezed)
  return lines.filter((line) => {
    const pattern = new RegExp(squeezed(line).split('…').map(escaped).join('.*'))
    return !seen.some((each) => pattern.test(each))
  })
}

function squeezed(line: string): string {
  return line.trim().replace(/\s+/g, ' ')
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
