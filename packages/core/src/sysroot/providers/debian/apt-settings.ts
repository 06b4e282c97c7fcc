import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * False where the machine's administrator told apt not to mind that a mirror stands still (apt.conf(5),
 * `Acquire::Check-Valid-Until "false"`), as for a snapshot of an archive. Signatures are checked all the same.
 */
export function checksValidUntil(machineRoot: string): boolean {
  let checks = true
  for (const text of configurationTexts(join(machineRoot, 'etc/apt'))) {
    const settings = text.matchAll(/\bAcquire\s*(?:::|\{[^}]*?)\s*Check-Valid-Until\s+"?([\w-]+)"?\s*;/gi)
    for (const [, value = ''] of settings)
      checks = !['false', 'no', 'off', 'without', 'disable', '0'].includes(value.toLowerCase())
  }
  return checks
}

/** apt reads apt.conf.d in the order of the names, then apt.conf; a later setting wins. */
function configurationTexts(directory: string): string[] {
  const parts = list(join(directory, 'apt.conf.d')).filter((name) => /^[\w-]+(\.conf)?$/.test(name))
  return [...parts.sort().map((name) => join('apt.conf.d', name)), 'apt.conf'].map((file) =>
    read(join(directory, file)).replaceAll(/^\s*(?:\/\/|#(?!clear|include)).*$/gm, ''),
  )
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
