import { many, row } from '../command.js'
import { floorFlags, rolloutFlags, runFlags } from '../flags.js'
import { sysrootHelp, usages } from '../usages.js'

/** Commands that run a command in columns. */
export const runCommands = {
  run: row({
    name: 'run',
    usage: usages.run,
    about: 'run a command in columns, one after another, and tell which libc each of its processes mapped',
    more: [
      sysrootHelp,
      "Exit status: that of the worst column: the command's own, 128+n when signal n ended it, 1 for a column that is red",
      'though the command exited with 0. Before anything is started: 127 no such command, 126 not executable, cut short or',
      'of another machine, 2 usage, 1 any other failure.',
    ].join('\n'),
    words: [0, 0],
    command: 'required',
    flags: runFlags,
    load: () => import('../../commands/run.js'),
  }),
  floor: row({
    name: 'floor',
    usage: usages.floor,
    about: 'find the lowest glibc that a command works on, by running it, beside what its files say',
    more: [
      sysrootHelp,
      "Without --sysroot the config's columns are tried, else all that are installed. Up to six are all tried; of more, as few as halving",
      'takes, and the neighbours of the floor. Exit status 1 when it works in none, or the floor is above --max.',
    ].join('\n'),
    words: [0, 0],
    command: 'allowed',
    flags: floorFlags,
    load: () => import('../../commands/floor.js'),
  }),
  rollout: row({
    name: 'rollout',
    usage: usages.rollout,
    about:
      'show what another glibc does to programs: which run on both, only on the new one, or break, symbol by symbol',
    more: [
      sysrootHelp,
      'PATHs are programs, libraries, addons, or directories of them: their files are compared, nothing is run. A COMMAND is then run on both.',
      "Exit status 1 when something breaks, can't be decided or read, or the command doesn't work on the new one.",
    ].join('\n'),
    words: [0, many],
    command: 'allowed',
    flags: rolloutFlags,
    load: () => import('../../commands/rollout.js'),
  }),
}
