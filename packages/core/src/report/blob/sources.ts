import type { RunBlob } from './schema.js'

/** One blob, with what it is a part of: the runs of one runner (or one command) in one project belong together. */
export interface Source {
  readonly part: string
  /** The part, in words. */
  readonly title: string
  readonly blob: RunBlob
}

/** The blobs in an order of their own, each once: in which order their files were read changes nothing. */
export function sourcesOf(blobs: readonly RunBlob[]): Source[] {
  const texts = new Map(blobs.map((blob) => [JSON.stringify(blob), blob]))
  const severalProjects = new Set(blobs.map(({ project }) => project)).size > 1
  const sources = [...texts].map(([text, blob]) => ({ text, ...partOf(blob, severalProjects), blob }))
  return sources
    .sort((a, b) => compare(a.part, b.part) || shardIndex(a.blob) - shardIndex(b.blob) || compare(a.text, b.text))
    .map(({ part, title, blob }) => ({ part, title, blob }))
}

function partOf({ project, runner, rows }: RunBlob, severalProjects: boolean): Omit<Source, 'blob'> {
  const command = runner === 'command' ? (rows[0]?.test ?? '') : ''
  const title = runner === 'command' ? `command ${command}`.trim() : runner
  return { part: [project, runner, command].join('\0'), title: severalProjects ? `${project}: ${title}` : title }
}

function shardIndex({ shard }: RunBlob): number {
  return shard?.index ?? 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
