import { row } from '../command.js'
import { linkFlags, sysrootFlags } from '../flags.js'
import { sysrootHelp, usages } from '../usages.js'

/** Commands for programs that run on a sysroot for good. */
export const changePrograms = {
  patch: row({
    name: 'patch',
    usage: usages.patch,
    about: 'write a copy of a program that runs on a sysroot from then on',
    more: `${sysrootHelp}\nIts interpreter and DT_RPATH name the sysroot's files: it runs as long as those stay.`,
    words: [2, 2],
    command: 'none',
    flags: sysrootFlags,
    load: () => import('../../commands/patch.js'),
  }),
  flags: row({
    name: 'flags',
    usage: usages.flags,
    about: 'print the linker flags of a program that runs on a sysroot',
    more: [
      sysrootHelp,
      'They set where a program runs, not what it is linked against: one that is linked on a newer glibc may need symbol',
      'versions that an older sysroot lacks (`glibc-matrix inspect` shows its floor).',
    ].join('\n'),
    words: [0, 0],
    command: 'none',
    flags: linkFlags,
    load: () => import('../../commands/flags.js'),
  }),
}
