import { many, row } from '../command.js'
import { columnsFlags, explainFlags, inspectFlags } from '../flags.js'
import { sysrootHelp, usages } from '../usages.js'

/** Commands that say what the files of programs say: nothing is run. */
export const readFiles = {
  inspect: row({
    name: 'inspect',
    usage: usages.inspect,
    about: 'show what ELF files need, and the lowest glibc that they run on',
    more: [
      'Of directories (node_modules too), tarballs (.tgz, .tar.gz …) and with --max or --baseline, the floor of each program, library and',
      "addon is listed. Exit status 1 when a file can't be read, is above --max, or has risen above the baseline or is not in it.",
    ].join('\n'),
    words: [1, many],
    command: 'none',
    flags: inspectFlags,
    load: () => import('../../commands/inspect.js'),
  }),
  addons: row({
    name: 'addons',
    usage: usages.addons,
    about: 'show which addons (.node) of the project and its packages can load in which columns',
    more: `${sysrootHelp}\nWithout --sysroot the config's columns are taken. Nothing is run or loaded.`,
    words: [0, 0],
    command: 'none',
    flags: columnsFlags,
    load: () => import('../../commands/addons.js'),
  }),
  explain: row({
    name: 'explain',
    usage: usages.explain,
    about: 'show what would become of a command in a test, and how to run it by hand',
    more: sysrootHelp,
    words: [0, many],
    command: 'allowed',
    flags: explainFlags,
    load: () => import('../../commands/explain.js'),
  }),
}
