import type { Command } from './decision.js'
import type { Execution } from './execute.js'
import { locate } from './locate.js'
import { systemDirectoryOf } from './system-directories.js'

const maxHops = 5

/**
 * `#!/usr/bin/env NAME` starts NAME and nothing else, so the script counts as one of NAME. What env could not start, and
 * lines that do more than name a program, stay env's own.
 */
export function lookThroughEnv(execution: Execution, command: Command): Execution {
  let current = execution
  for (let hop = 0; hop < maxHops && isEnvScript(current); hop++) {
    const [, argument = '', ...rest] = current.args
    const words = envWords(argument)
    const [file] = words
    if (file === undefined) return current
    const target = locate({ ...command, file, args: [...words, ...rest] })
    if ('errno' in target) return current
    const { binary, args } = target
    current = {
      name: current.name,
      asked: current.asked,
      scripts: [...current.scripts, ...target.scripts],
      binary,
      args,
    }
  }
  return current
}

function isEnvScript({ scripts, binary }: Execution): boolean {
  if (scripts.length === 0 || !binary.path.endsWith('/env') || systemDirectoryOf(binary.real) === null) return false
  const content = scripts[scripts.length - 1]?.content()
  return content?.type === 'script' && content.shebang.argument !== null
}

/** The kernel gives one argument: `NAME`, or with -S a line of words (env(1)). Empty when the line does more than that. */
function envWords(argument: string): readonly string[] {
  const split = /^(?:-S|--split-string[= ])\s*(.*)$/.exec(argument)
  const words = split === null ? [argument] : (split[1] ?? '').split(/[ \t]+/).filter((word) => word !== '')
  const file = words[0] ?? ''
  const plain = file !== '' && !file.startsWith('-') && !file.includes('=')
  return plain && !words.some((word) => /['"\\$#]/.test(word)) ? words : []
}
