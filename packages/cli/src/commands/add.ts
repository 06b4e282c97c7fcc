import { GlibcMatrixError, listSysroots, type ResolvedConfig, renameSysroot } from '@glibc-matrix/core/store'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { addFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { print } from '../output/print.js'
import { addConfigured } from '../sysroots/add-configured.js'
import { addPinned } from '../sysroots/add-pinned.js'
import { describeAdded } from '../sysroots/describe-added.js'
import { checkPinned, frozen } from '../sysroots/frozen.js'
import { installed } from '../sysroots/install.js'
import { type AskedSysroot, sysrootNamed } from '../sysroots/request.js'

/** Installs sysroots; one that is there and intact stays as it is. */
export async function run({ words, options }: Input<typeof addFlags>): Promise<number> {
  const name = options.name ?? null
  if (name !== null && words.length !== 1) throw usageError(usages.add, `--name '${name}' for ${words.length} sysroots`)
  const found = await configWith(options)
  const config = options.frozen ? frozen(found) : found
  if (words.length === 0 && options.pin === undefined) return addConfigured(config)
  const asked = await Promise.all(words.map((word) => sysrootToAdd(word, config, options.with)))
  if (options.frozen) checkPinned(asked, config)
  if (options.pin !== undefined) return addPinned(asked, options.pin, config)
  if (name !== null) checkName(name, asked[0] as AskedSysroot)
  for (const each of asked) {
    const plain = { ...each, name: name ?? each.name }
    const wanted = options.for === undefined ? plain : await withLibraries(options.for, plain, config)
    const sysroot = await installed(wanted, config)
    if (wanted.name !== null) await renameSysroot(sysroot, wanted.name)
    await print(describeAdded(sysroot))
    const more = wanted.packages.filter((one) => !each.packages.includes(one))
    if (more.length > 0) await print(`  packages for ${options.for?.join(', ')}: ${more.join(', ')}\n`)
  }
  return 0
}

/** What looks into programs is loaded for them alone. */
async function withLibraries(programs: readonly string[], asked: AskedSysroot, config: ResolvedConfig) {
  const { withLibrariesOf } = await import('../sysroots/for-programs.js')
  return withLibrariesOf(programs, asked, config)
}

/** Only a name of the config or a spec can be installed; the name of what is installed already means nothing new. */
async function sysrootToAdd(word: string, config: ResolvedConfig, lender?: string): Promise<AskedSysroot> {
  const isKnown = word === 'host' || word.includes(':') || config.sysroots.some(({ name }) => name === word)
  return isKnown ? sysrootNamed(word, config, lender) : { name: null, spec: word, packages: [] }
}

function checkName(name: string, { spec }: AskedSysroot): void {
  const other = listSysroots().find((sysroot) => sysroot.name === name && sysroot.spec !== spec)
  if (other !== undefined) {
    throw new GlibcMatrixError(
      'COLUMN_DUPLICATE',
      `'${name}' is already the name of the installed ${other.spec}`,
      `Choose another name, or run: glibc-matrix remove ${name}`,
      { name, spec: other.spec },
    )
  }
  const isVersion = /^\d+(\.\d+)*$/.test(name)
  if (isVersion || !/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/.test(name)) {
    throw new GlibcMatrixError(
      'CONFIG_INVALID',
      isVersion ? `--name '${name}' looks like a glibc version` : `--name '${name}' is no name`,
      isVersion
        ? 'Leave --name out: a sysroot is called by its real version, or by a name that is none.'
        : 'A name is of letters, digits and . _ + - (at most 64), a letter or digit first.',
      { name },
    )
  }
}
