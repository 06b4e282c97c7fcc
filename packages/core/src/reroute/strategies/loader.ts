import { sealedCommand } from '../loader.js'
import type { Strategy } from './strategy.js'

/** The sealed loader is the command, the program its argument: no file is written, and every program can be started so. */
export const loader: Strategy = {
  name: 'loader',
  refusal: () => null,
  command: ({ seal, program, asked, args, id, env, beside }) =>
    sealedCommand(seal, program, args, id, env, beside, asked.path),
}
