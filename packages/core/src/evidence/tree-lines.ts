import type { CountedLine, ExecLine, JournalLine, KernelLine, MappedLine, OpeningLine, SpawnLine } from './record.js'

/** What processes said, by the id of the spawn that their tree began with. */
export interface Tree {
  readonly mapped: ReadonlyMap<string, MappedLine[]>
  readonly openings: ReadonlyMap<string, OpeningLine[]>
  readonly execs: ReadonlyMap<string, ExecLine[]>
  /** What the hook of a worker in the column started, by the spawn that the worker's tree began with. */
  readonly starts: ReadonlyMap<string, SpawnLine[]>
  /** Tokens of announced starts that the kernel refused; of a hook's start, its id. */
  readonly unstarted: ReadonlySet<string>
  /** Trees of which the kernel reports every exec. */
  readonly accounted: ReadonlySet<string>
  /** Trees in which nothing gains a privilege any more, since they are counted. */
  readonly noNewPrivs: ReadonlySet<string>
  readonly kernel: ReadonlyMap<string, KernelLine[]>
  /** Accounted trees that have no process left. */
  readonly ended: ReadonlySet<string>
  /** Trees in which a line could not be written. */
  readonly lost: ReadonlySet<string>
}

/** Says of a tree that the kernel counts it. */
export function isCounted(line: JournalLine): line is CountedLine | MappedLine {
  return line.type === 'counted' || (line.type === 'mapped' && line.accounted === true)
}
