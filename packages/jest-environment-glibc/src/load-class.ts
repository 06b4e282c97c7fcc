import { pathToFileURL } from 'node:url'

/** The class that a module exports, whether CommonJS or ESM. */
export async function loadClass<Class>(path: string): Promise<Class> {
  const loaded = (await import(pathToFileURL(path).href)) as { default: Class | { default: Class } }
  const exported = loaded.default
  return typeof exported === 'object' && exported !== null && 'default' in exported ? exported.default : exported
}
