import { stripVTControlCharacters } from 'node:util'

/** Characters that a cell keeps of what a failure left. */
const most = 4000

/** The end of a program's stderr, where it wrote one, else the beginning of the runner's own text. */
export function outputExcerpt(stderr: string, text: string): string {
  const [own, told] = [stderr, text].map((each) => stripVTControlCharacters(each).trim())
  if (!own) return (told ?? '').slice(0, most)
  return own.length > most ? `…${own.slice(-most)}` : own
}
