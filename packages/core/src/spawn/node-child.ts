import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TestPlace } from '../evidence/record.js'

/** What a Node child needs to install the hook in itself, and how it looked before. */
export interface ChildContext {
  readonly session: string
  readonly spawn: string
  readonly place: TestPlace
}

interface Carried extends ChildContext {
  /** NODE_OPTIONS as the caller passed it; null when it didn't. */
  readonly nodeOptions: string | null
}

const variable = 'GLIBC_MATRIX_CONTEXT'

/** The environment that makes a Node child load `register` before its own code. */
export function withHook(envPairs: readonly string[], context: ChildContext): string[] {
  const own = envPairs.find((pair) => pair.startsWith('NODE_OPTIONS='))?.slice('NODE_OPTIONS='.length) ?? null
  const carried: Carried = { ...context, nodeOptions: own }
  const rest = envPairs.filter((pair) => !pair.startsWith('NODE_OPTIONS=') && !pair.startsWith(`${variable}=`))
  const register = pathToFileURL(join(__dirname, '..', 'register.js')).href
  const options = own === null || own === '' ? `--import=${register}` : `${own} --import=${register}`
  return [...rest, `NODE_OPTIONS=${options}`, `${variable}=${JSON.stringify(carried)}`]
}

/** Takes the context out of this process's environment, which then reads as the caller passed it. */
export function takeContext(): ChildContext | null {
  const text = process.env[variable]
  if (text === undefined) return null
  const { nodeOptions, ...context } = JSON.parse(text) as Carried
  delete process.env[variable]
  if (nodeOptions === null) delete process.env.NODE_OPTIONS
  else process.env.NODE_OPTIONS = nodeOptions
  return context
}
