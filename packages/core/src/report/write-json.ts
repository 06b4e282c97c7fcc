import { writeText } from './write-text.js'

/** Writes a value for people and programs to read. */
export function writeJson(path: string, value: unknown): void {
  writeText(path, `${JSON.stringify(value, null, 2)}\n`)
}
