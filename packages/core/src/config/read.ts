import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { GlibcMatrixError } from '../errors.js'

/**
 * The value that a config file holds, read afresh, with the TypeScript that it imports. Scripts go through jiti on every
 * Node: Node 20 can't read TypeScript, and Node's own loaders keep what they once loaded. Throws CONFIG_NOT_READABLE.
 */
export async function readConfig(file: string): Promise<unknown> {
  try {
    const text = readFileSync(file, 'utf8')
    return file.endsWith('.json') ? JSON.parse(stripByteOrderMark(text)) : await evaluate(file, text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new GlibcMatrixError(
      'CONFIG_NOT_READABLE',
      `${file} can't be read: ${why}`,
      `Correct ${basename(file)} so that it loads by itself.`,
      { file },
      cause,
    )
  }
}

function stripByteOrderMark(text: string): string {
  return text.replace(/^\uFEFF/, '')
}

async function evaluate(file: string, text: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  const jiti = createJiti(file, { fsCache: false, moduleCache: false, interopDefault: false })
  // Without forceTranspile jiti leaves .mjs and .cjs to Node.
  const loaded = await jiti.evalModule(text, { filename: file, async: true, forceTranspile: true })
  return isEsModule(loaded) ? loaded.default : loaded
}

// What module.exports was set to is the config itself; an ES module without a default export has none.
function isEsModule(loaded: unknown): loaded is Record<string, unknown> {
  return typeof loaded === 'object' && loaded !== null && '__esModule' in loaded
}
