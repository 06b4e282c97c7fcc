import { readJournals } from '../../../packages/core/src/evidence/read-journals.js'
import type { JournalLine } from '../../../packages/core/src/evidence/record.js'
import { openSession, type Session } from '../../../packages/core/src/spawn/session.js'
import { sysroot } from '../reroute/sysroots.js'

/** A session with the columns `host` and `2.31`, of `old`, and `2.99`, which could not be had. */
export async function sessionFor(root: string, old = 'debian:bullseye'): Promise<Session> {
  const column = async (name: string, spec: string) => {
    const found = await sysroot(spec)
    return { name, spec, glibc: found.glibc, sysroot: { ...found, name }, skip: null }
  }
  const missing = { name: '2.99', spec: 'dir:/nowhere', glibc: null, sysroot: null, skip: 'not there' }
  return openSession([await column('host', 'host'), await column('2.31', old), missing], {
    narrowed: false,
    programs: {
      root,
      programs: null,
      exclude: [],
      hostLibraries: 'allow',
      strategy: 'loader',
      accounting: 'auto',
      runtime: 'host',
      always: false,
    },
    report: {
      root,
      incompatible: 'fail',
      unproven: 'warn',
      outputFile: null,
      blob: null,
      timings: null,
      reports: { junit: null, html: null, markdown: null, github: 'never' },
      planned: [],
    },
  })
}

export function linesOf<T extends JournalLine['type']>(session: Session, type: T) {
  return readJournals(session.journals).filter((line): line is Extract<JournalLine, { type: T }> => line.type === type)
}
