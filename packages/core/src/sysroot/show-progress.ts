import type { Progress } from './providers/provider.js'

/** Shows on stderr how installs go on: one line that moves on a terminal, else one line for each stage. */
export function progressReporter(stream: NodeJS.WriteStream = process.stderr): ProgressReporter {
  return stream.isTTY && process.env.TERM !== 'dumb' ? movingLine(stream) : stageLines(stream)
}

export interface ProgressReporter {
  onProgress(progress: Progress): void
  /** Clears the line, if there is one. */
  end(): void
}

const verbs: Readonly<Record<Progress['stage'], string>> = {
  wait: 'waiting for another install',
  release: 'reading the release',
  index: 'reading the package index',
  download: 'downloading packages',
  unpack: 'unpacking',
  configure: 'configuring',
  compile: 'compiling',
  install: 'installing',
}

function movingLine(stream: NodeJS.WriteStream): ProgressReporter {
  let shown = ''
  const show = (text: string) => {
    if (text === shown) return
    shown = text
    stream.write(`\r\u001b[K${text.slice(0, (stream.columns || 80) - 1)}`)
  }
  return {
    onProgress: ({ sysroot, stage, done, total, holder }) =>
      show(`${sysroot}: ${verbs[stage]}${by(holder)}${amount(done, total)}`),
    end: () => show(''),
  }
}

function by(holder: string | undefined): string {
  return holder === undefined ? '' : ` by ${holder}`
}

function amount(done: number, total: number | null): string {
  if (done === 0) return ''
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
  return total === null ? ` ${megabytes(done)} MB` : ` ${megabytes(done)} of ${megabytes(total)} MB`
}

function stageLines(stream: NodeJS.WriteStream): ProgressReporter {
  const told = new Set<string>()
  return {
    onProgress({ sysroot, stage, holder }) {
      const line = `glibc-matrix: ${sysroot}: ${verbs[stage]}${by(holder)}\n`
      if (told.has(line)) return
      told.add(line)
      stream.write(line)
    },
    end() {},
  }
}
