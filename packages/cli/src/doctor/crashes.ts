/** What the host's loader says to a libc of another version, by that version: measured with the loader of 2.36. */
const messages: readonly (readonly [from: number, message: string])[] = [
  [44, 'undefined symbol: __pointer_chk_guard, version GLIBC_PRIVATE'],
  [37, 'undefined symbol: __tunable_is_initialized, version GLIBC_PRIVATE'],
  [
    0,
    "Inconsistency detected by ld.so: dl-call-libc-early-init.c: 37: _dl_call_libc_early_init: Assertion `sym != NULL' failed!",
  ],
]

/** Explains the crash that a foreign libc under the host's loader ends in, with the message that users see. */
export function crashOf(glibc: string | null, host: string): string {
  const rule = 'ld.so and libc.so.6 are two halves of one build, and the variable exchanges only one of them.'
  if (glibc === null) return rule
  if (glibc === host)
    return `${rule} Both are ${host} by number, of different builds: it may work, until one is updated.`
  const minor = minorOf(glibc)
  const message = messages.find(([from]) => minor >= from)?.[1]
  const older = minor < minorOf(host) ? `, or, built for a newer glibc, with "version \`GLIBC_…' not found"` : ''
  return `${rule} A program started so ends with status 127 and a message such as "${message}"${older}.`
}

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}
