import { join } from 'node:path'
import { namesIn, textOf } from './apt-files.js'

/** apt's settings by name in lower case (`acquire::http::proxy`), as apt.conf.d in the order of its names and then apt.conf leave them. */
export function readAptConfiguration(machineRoot: string): ReadonlyMap<string, string> {
  const directory = join(machineRoot, 'etc/apt')
  const parts = namesIn(join(directory, 'apt.conf.d')).filter((name) => /^[\w-]+(\.conf)?$/.test(name))
  const settings = new Map<string, string>()
  for (const name of [...parts.map((part) => join('apt.conf.d', part)), 'apt.conf'])
    for (const [key, value] of parse(textOf(join(directory, name)))) settings.set(key, value)
  return settings
}

/** `A::B "value";` and `A { B "value"; };` say the same (apt.conf(5)); comments are those of C++, or a line that begins with #. */
function parse(text: string): readonly (readonly [string, string])[] {
  const tokens = text.matchAll(/^\s*#.*$|\/\/.*$|\/\*[\s\S]*?\*\/|"([^"]*)"|([{};])|([^\s{};"]+)/gm)
  const scopes: string[] = []
  const settings: (readonly [string, string])[] = []
  let words: string[] = []
  const nameOf = (name: string) => [...scopes, name].join('::').toLowerCase()
  for (const [, quoted, sign, word] of tokens) {
    const value = quoted ?? word
    if (value !== undefined) words.push(value)
    if (sign === '{') scopes.push(words[0] ?? '')
    if (sign === '}') scopes.pop()
    const [name, setting] = words
    if (sign === ';' && name !== undefined && setting !== undefined) settings.push([nameOf(name), setting])
    if (sign !== undefined) words = []
  }
  return settings
}
