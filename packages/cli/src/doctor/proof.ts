import { type Column, closeSession, gridOf, isGlibcMatrixError, prepareMatrix } from '@glibc-matrix/core'
import { reportOf } from '../run/report.js'
import { runColumn } from '../run/run-column.js'
import { relaySignals } from '../run/signals.js'
import { type Check, ok, problem } from './check.js'

const command = ['true']

/** The whole way once: seal, start, shim, journal. What keeps it from working is better shown than guessed. */
export const proof: Check = {
  name: 'proof',
  async look({ host, config }) {
    if (host === null) return []
    try {
      const session = await prepareMatrix(
        { ...config, sysroots: [], only: null, leavesHostOut: false },
        { install: false, always: true },
      )
      const signals = relaySignals()
      try {
        const column = session.columns[0] as Column
        const ending = await runColumn(session, column, command, { output: 'stderr', keepStderr: false, signals })
        const [report] = reportOf(gridOf(session, [ending.result]), [column], new Map([[column.name, ending]])).columns
        if (report?.state === 'pass') return [ok(`a program told which libc it mapped: ${report.records[0]?.libc[0]}`)]
        return [
          problem(`a program's libc is not proven: ${report?.reason ?? report?.state}`, 'No column can be green here.'),
        ]
      } finally {
        signals.stop()
        closeSession(session)
      }
    } catch (error) {
      if (!isGlibcMatrixError(error)) throw error
      return [problem(`${error.code}: ${error.message}`, error.hint)]
    }
  },
}
