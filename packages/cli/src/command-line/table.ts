import type { CommandRow } from './command.js'
import { addFlags, explainFlags, type Flags, jsonFlag, linkFlags, packFlags, runFlags, sysrootFlags } from './flags.js'
import { usages } from './usages.js'

const sysrootHelp =
  "S is a spec (such as host, dir:PATH or debian:SUITE) or the name or glibc version of an installed or configured sysroot ('2.31')."

const many = Number.POSITIVE_INFINITY

/** Every command, in the order of the help. */
export const commands = {
  init: row({
    name: 'init',
    usage: usages.init,
    about: 'write a config, and show the two lines to change for Vitest or Jest',
    words: [0, 0],
    command: 'none',
    flags: {},
    load: () => import('../commands/init.js'),
  }),
  add: row({
    name: 'add',
    usage: usages.add,
    about: 'install sysroots',
    more: [
      'SPEC is debian:SUITE, ubuntu:SUITE, deb:FILE[,FILE…], oci:REF (an image of a registry), oci-layout:DIR[:TAG], source:TARBALL (glibc is',
      'built here: minutes), archive:FILE, npm:PACKAGE[@VERSION], or the name of a sysroot of the config; host and dir:PATH are used in place.',
    ].join('\n'),
    words: [1, many],
    command: 'none',
    flags: addFlags,
    load: () => import('../commands/add.js'),
  }),
  list: row({
    name: 'list',
    usage: usages.list,
    about: 'show the installed sysroots',
    words: [0, 0],
    command: 'none',
    flags: jsonFlag,
    load: () => import('../commands/list.js'),
  }),
  remove: row({
    name: 'remove',
    usage: usages.remove,
    about: 'remove installed sysroots, by name or spec',
    words: [1, many],
    command: 'none',
    flags: {},
    load: () => import('../commands/remove.js'),
  }),
  pack: row({
    name: 'pack',
    usage: usages.pack,
    about: 'write a sysroot to one file, for a cache of CI or a registry of npm',
    more: `${sysrootHelp}\nThe same files give the same archive; whoever adds it compares them with the digest in it.`,
    words: [1, 1],
    command: 'none',
    flags: packFlags,
    load: () => import('../commands/pack.js'),
  }),
  inspect: row({
    name: 'inspect',
    usage: usages.inspect,
    about: 'show what ELF files need, and the lowest glibc that they run on',
    more: "Exit status 1 when a file can't be read; the others are shown.",
    words: [1, many],
    command: 'none',
    flags: jsonFlag,
    load: () => import('../commands/inspect.js'),
  }),
  addons: row({
    name: 'addons',
    usage: usages.addons,
    about: 'show which addons (.node) of the project and its packages can load in which columns',
    more: `${sysrootHelp}\nWithout --sysroot the config's columns are taken. Nothing is run or loaded.`,
    words: [0, 0],
    command: 'none',
    flags: runFlags,
    load: () => import('../commands/addons.js'),
  }),
  explain: row({
    name: 'explain',
    usage: usages.explain,
    about: 'show what would become of a command in a test, and how to run it by hand',
    more: sysrootHelp,
    words: [0, many],
    command: 'allowed',
    flags: explainFlags,
    load: () => import('../commands/explain.js'),
  }),
  run: row({
    name: 'run',
    usage: usages.run,
    about: 'run a command in each of those columns, one after another',
    more: [
      sysrootHelp,
      "Exit status: that of the worst column: the command's own, 128+n when signal n ended it, 1 for a column that is red",
      'though the command exited with 0. Before anything is started: 127 no such command, 126 not executable, cut short or',
      'of another machine, 2 usage, 1 any other failure.',
    ].join('\n'),
    words: [0, 0],
    command: 'required',
    flags: runFlags,
    load: () => import('../commands/run.js'),
  }),
  patch: row({
    name: 'patch',
    usage: usages.patch,
    about: 'write a copy of a program that runs on a sysroot from then on',
    more: `${sysrootHelp}\nIts interpreter and DT_RPATH name the sysroot's files: it runs as long as those stay.`,
    words: [2, 2],
    command: 'none',
    flags: sysrootFlags,
    load: () => import('../commands/patch.js'),
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
    load: () => import('../commands/flags.js'),
  }),
  doctor: row({
    name: 'doctor',
    usage: usages.doctor,
    about: 'show what this machine allows, and find an LD_LIBRARY_PATH that leads to another glibc',
    more: 'Exit status 1 when something that is needed is missing.',
    words: [0, 0],
    command: 'none',
    flags: jsonFlag,
    load: () => import('../commands/doctor.js'),
  }),
}

/** Checks a row against its command's file, then forgets its flags' types: the table is read by name. */
function row<Rows extends Flags>(command: CommandRow<Rows>): CommandRow {
  return command as unknown as CommandRow
}
