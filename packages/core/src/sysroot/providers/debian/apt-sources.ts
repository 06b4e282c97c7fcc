import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One source of binary packages as apt knows it (sources.list(5)), of either form. */
export interface AptSource {
  readonly file: string
  readonly uris: readonly string[]
  readonly suites: readonly string[]
  readonly components: readonly string[]
  /** Paths of keyrings, or one armored key written into the file itself. */
  readonly signedBy: readonly string[]
}

/** Reads apt's sources below `machineRoot`, in apt's order; what apt can't read either is passed over. */
export function readAptSources(machineRoot: string): readonly AptSource[] {
  const directory = join(machineRoot, 'etc/apt/sources.list.d')
  const names = listDirectory(directory).filter((name) => /^[\w.-]+\.(?:list|sources)$/.test(name))
  const files = [join(machineRoot, 'etc/apt/sources.list'), ...names.map((name) => join(directory, name))]
  return files.flatMap((file) => {
    const text = readText(file)
    return file.endsWith('.sources') ? parseDeb822(text, file) : parseOneLine(text, file)
  })
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path).sort()
  } catch {
    return []
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** `deb [option=value …] uri suite component…`; a bracket may hold blanks, as in `cdrom:[…]`. */
export function parseOneLine(text: string, file: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?((?:[^\s[\]]|\[[^\]]*\])+)\s+(\S+)((?:\s+\S+)*)\s*$/.exec(
      line.replace(/#.*/, ''),
    )
    if (match === null) return []
    const [, options = '', uri = '', suite = '', components = ''] = match
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]?.split(',') ?? []
    return [{ file, uris: [uri], suites: [suite], components: words(components), signedBy }]
  })
}

/** Stanzas of `Field: value` with continuation lines; an armored key may stand in Signed-By, its empty line as ` .`. */
export function parseDeb822(text: string, file: string): readonly AptSource[] {
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith('#'))
  const stanzas = lines.join('\n').split(/\n[ \t]*\n/)
  return stanzas.map(fieldsOf).flatMap((fields) => {
    const get = (name: string) => fields.get(name) ?? ''
    const enabled = !/^(?:no|false|without|off|disable)$/i.test(get('enabled').trim())
    if (!enabled || !words(get('types')).includes('deb')) return []
    return [
      {
        file,
        uris: words(get('uris')),
        suites: words(get('suites')),
        components: words(get('components')),
        signedBy: keysOf(get('signed-by')),
      },
    ]
  })
}

function fieldsOf(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  let name = ''
  for (const line of stanza.split('\n')) {
    const field = /^([^\s:][^:\s]*):(.*)$/.exec(line)
    if (field !== null) {
      name = (field[1] as string).toLowerCase()
      fields.set(name, field[2] as string)
    } else if (/^[ \t]/.test(line) && name !== '') {
      fields.set(name, `${fields.get(name)}\n${line}`)
    }
  }
  return fields
}

function keysOf(value: string): readonly string[] {
  if (!value.includes('-----BEGIN PGP')) return words(value.replaceAll(',', ' '))
  const lines = value.split('\n').map((line) => line.trim())
  return [lines.map((line) => (line === '.' ? '' : line)).join('\n')]
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
