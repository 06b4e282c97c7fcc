import type { Strategy } from './strategy.js'

/** The program is a copy whose PT_INTERP is the sealed loader: /proc/self/exe is a file with the program's own bytes. */
export const patch: Strategy = {
  name: 'patch',
  unavailable: () => 'not written yet',
  refusal: () => 'not written yet',
  command: ({ program, args }) => ({ file: program, args }),
}
