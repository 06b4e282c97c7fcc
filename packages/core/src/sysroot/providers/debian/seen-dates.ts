import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GlibcMatrixError } from '../../../errors.js'
import { type Environment, storeDirectory } from '../../store.js'

/** What a signed release says of itself, and under which names it was asked for. */
export interface DatedRelease {
  readonly origin: string
  /** The suite as it was asked for, and its codename: `stable` moves on to another one, and never back. */
  readonly names: readonly string[]
  /** Its `Date` field; null when it has none. */
  readonly date: string | null
  readonly url: string
}

/**
 * Refuses a release that is older than one that was seen of the same suite, else notes its date. A good signature stays good
 * for ever, and Debian's stable suites name no end (`Valid-Until`): without this a mirror could serve last year's packages.
 *
 * @throws GlibcMatrixError RELEASE_REPLAYED.
 */
export function noteDate(release: DatedRelease, env: Environment): void {
  const time = timeOf(release.date)
  for (const name of new Set(release.names)) {
    const file = fileOf(release.origin, name, env)
    const highest = highestIn(file)
    if (highest !== null && (time === null || time < highest)) throw replayed(release, name, highest, file)
    if (time === null || time === highest) continue
    mkdirSync(dirname(file), { recursive: true, mode: 0o775 })
    // Lines are added and none is changed: whoever runs at the same time can't take a higher date away.
    appendFileSync(file, `${new Date(time).toISOString()}\n`)
  }
}

/** Beside the sysroots; the name is the archive's own, so only letters, digits and a few signs of it are kept. */
function fileOf(origin: string, name: string, env: Environment): string {
  const plain = (text: string) => encodeURIComponent(text).replaceAll('.', '%2E').slice(0, 100)
  return join(dirname(storeDirectory(env)), 'releases', `${plain(origin)}-${plain(name)}`)
}

/** The highest whole line, in milliseconds; one that was cut short counts for nothing. */
function highestIn(file: string): number | null {
  const times = textOf(file)
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(line) ? (timeOf(line) ?? []) : []))
  return times.length === 0 ? null : Math.max(...times)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function timeOf(date: string | null): number | null {
  const time = Date.parse(date ?? '')
  return Number.isNaN(time) ? null : time
}

function replayed({ url, date }: DatedRelease, name: string, highest: number, file: string): GlibcMatrixError {
  const seen = new Date(highest).toUTCString()
  return new GlibcMatrixError(
    'RELEASE_REPLAYED',
    `${url} is ${date === null ? 'without a date' : `of ${date}`}, and one of ${seen} was seen of '${name}' before: it is an old file, whose signature proves nothing of today`,
    `Use a mirror that is up to date ('mirrors' or GLIBC_MATRIX_MIRROR). If the older state is wanted, such as that of a snapshot, remove ${file} first.`,
    { url, date, seen, file },
  )
}
