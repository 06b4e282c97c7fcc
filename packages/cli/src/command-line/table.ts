import { row } from './command.js'
import { jsonFlag } from './flags.js'
import { changePrograms } from './rows/change-programs.js'
import { keepSysroots } from './rows/keep-sysroots.js'
import { manyMachines } from './rows/many-machines.js'
import { readFiles } from './rows/read-files.js'
import { runCommands } from './rows/run-commands.js'
import { usages } from './usages.js'

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
  ...keepSysroots,
  ...readFiles,
  ...runCommands,
  ...manyMachines,
  ...changePrograms,
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
