import type { RunFacts } from '@glibc-matrix/core'

type Places = NonNullable<RunFacts['leftOut']>

const bySession = new Map<string, Map<string, Places[number]>>()

/** Notes files that a selector keeps from a column: the plugin knows them, the reporter writes them down. */
export function leaveOut(session: string, places: Places): void {
  const known = bySession.get(session) ?? new Map()
  bySession.set(session, known)
  for (const place of places) known.set(`${place.suite}\0${place.column}`, place)
}

/** What was noted of a session, each file and column once. */
export function leftOutOf(session: string): Places {
  return [...(bySession.get(session)?.values() ?? [])]
}
