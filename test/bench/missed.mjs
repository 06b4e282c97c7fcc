// Why a figure misses its aim, by the figure's id. The docs show a text only where the figure is missed,
// and wrap it themselves.
export const missed = {
  'spawn.javascript': `
    The hook's JavaScript: a program is known by its file, not by how its name is spelled, so the hook asks the
    kernel about it at every start; for a bare name it looks through PATH first, as execvp would, a question for
    each directory.`,

  'spawn.raw': `
    Beside raw ld.so: what is more is the record, the page of paths and the filter by which the kernel counts
    the tree, and a hook whose JavaScript is cold after each process.`,

  'spawn.shell': 'By one sh: each of the 200 processes makes its record, and dash, rerouted itself, announces each.',

  'namespace.start-shell': `
    By one sh in a namespace: only the sh gets the namespace. What it starts goes by \`loader\`, and makes its
    record as by every strategy.`,

  'namespace.worker-shell': `
    By one sh in a worker's namespace: the starts themselves are plain ones. What they cost beside those is the
    record, which no strategy spares a process.`,

  'evidence.record': `
    The record: asking the kernel what is mapped takes a third of it, the directories of libc (three pages of its own
    that become the process's) a fifth, the journal with what it would have lost another.`,

  'columns.five-1': `
    Five columns: what is left is the tests' own time, the same on both sides, and a seal for each
    column, which its first worker makes.`,

  'columns.five-4': `
    Five columns of more files: the tests' own time, the same in one run and in five, weighs more than the
    runner's start, which is all that one run can spare.`,

  'columns.start': `
    The start of thirty columns: each further one is a project more for the runner, and a look at its sysroot: the
    manifest, and loader and libc with their digests. Seals are made for those columns alone in which a file runs.`,

  'inspect.readelf': `
    inspect beside readelf: \`inspect\` reads the symbols too, since it tells which ones set the floor, and the
    libraries' versions; the command also has Node's start and code that is not yet compiled in it. What a
    process for each file costs readelf is most of what it takes.`,

  'inspect.rate': `inspect: most of it is Node's start and code that is not yet compiled.`,

  'add.mmdebstrap': `
    add: two fifths of an install are Node's start; the rest loads our modules, makes some 30 directories and
    300 links, and reads and hashes each file once; no xz is read, since packages are kept unpacked. What
    mmdebstrap does with nothing to download takes less than twenty starts of Node.`,

  'add.installed': `
    add of what is installed: the sysroot's loader and libc are read and held against their record; the rest is
    our modules.`,

  'add.size': 'The size: libstdc++ and the gconv modules are most of it.',

  'cli.version': 'The start: modules that the command loads.',

  'cli.help': `The start of a command's help: its flags, and with them the module that checks them, are loaded.`,
}
