import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Runner } from './project.js'

/** The two lines that bring the matrix into a runner's config, with the project's own line where it is found. */
export function twoLines(directory: string, runner: Runner, file: string | null): string {
  const door = `'${runner}-environment-glibc/config'`
  if (file === null || file.endsWith('.json')) return newConfig(runner, door, file)
  const text = readFileSync(join(directory, file), 'utf8')
  const common = /^\s*module\.exports\s*=/m.test(text)
  const name = 'withGlibcMatrix'
  const importLine = common ? `const { ${name} } = require(${door})` : `import { ${name} } from ${door}`
  const [left, old] = exported(text, common)
  const closed = /^(?:[\w.]+|.*[})\]]);?$/.test(old)
  const wrapped = closed ? `${name}(${old.replace(/;$/, '')})` : `${name}(${old}`
  const lines = [`In ${file}:`, `  + ${importLine}`, `  - ${left} ${old}`, `  + ${left} ${wrapped}`]
  return `${[...lines, ...(closed ? [] : ['    …and one more ) where that expression ends'])].join('\n')}\n`
}

function exported(text: string, common: boolean): readonly [left: string, right: string] {
  const found = common
    ? /^\s*module\.exports\s*=[ \t]*(.*?)\s*$/m.exec(text)
    : /^\s*export\s+default[ \t]+(.*?)\s*$/m.exec(text)
  const left = common ? 'module.exports =' : 'export default'
  return [left, found?.[1] || 'config']
}

/** No config yet, or one in JSON, which can't call a function: then a new file. */
function newConfig(runner: Runner, door: string, file: string | null): string {
  const what = runner === 'jest' ? '{ /* your options */ }' : '{ test: { /* your options */ } }'
  const move = file === null ? '' : ` (the options of ${file} move there)`
  return [
    `In a new ${runner}.config.mjs${move}:`,
    `  + import { withGlibcMatrix } from ${door}`,
    `  + export default withGlibcMatrix(${what})`,
    '',
  ].join('\n')
}
