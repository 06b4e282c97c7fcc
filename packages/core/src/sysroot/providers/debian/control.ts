import { GlibcMatrixError, isGlibcMatrixError } from '../../../errors.js'
import { compressionOf, decompress } from '../../unpack/compression.js'
import { entriesOf } from '../../unpack/tar-entries.js'
import { memberOfDeb } from './deb.js'

/** What a package says of itself. */
export interface Control {
  readonly name: string
  readonly version: string
  readonly architecture: string
}

/** Decompressed; scripts and templates of the largest packages are some 2 MB. */
const MAX_CONTROL = 64 * 2 ** 20

/** Reads the control file of a .deb (deb(5), deb-control(5)); its scripts are passed over. */
export async function readControl(deb: Uint8Array, path: string): Promise<Control> {
  try {
    const { name, bytes } = memberOfDeb(deb, 'control.tar')
    const chunks = decompress(bytes, compressionOf(name), MAX_CONTROL)
    let control: string | null = null
    for await (const entry of entriesOf(chunks, (each) => each !== 'control')) {
      control = Buffer.from(entry.bytes).toString('utf8')
    }
    if (control === null) throw new Error('it holds no control file')
    return fieldsOf(control)
  } catch (cause) {
    if (isGlibcMatrixError(cause)) throw cause
    throw new GlibcMatrixError(
      'ARCHIVE_MALFORMED',
      `${path} is no Debian package: ${(cause as Error).message}`,
      'Name files as dpkg-deb makes them.',
      { path },
      cause,
    )
  }
}

function fieldsOf(text: string): Control {
  const field = (key: string) => {
    const value = new RegExp(`^${key}:[ \\t]*(\\S+)[ \\t]*$`, 'mi').exec(text)?.[1]
    if (value === undefined) throw new Error(`its control file has no ${key}`)
    return value
  }
  return { name: field('Package'), version: field('Version'), architecture: field('Architecture') }
}
