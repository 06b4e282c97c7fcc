// How calls fail: each errno that execve(2) and fork(2) have for a test's mistake, and programs that change meanwhile.
const { execFileSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { isMainThread } = require('node:worker_threads')
const { follow, outcome, syncOf } = require('./observe.cjs')

function failureCases({ at, dir }) {
  const script = (name, text) => {
    const path = join(dir, name)
    fs.writeFileSync(path, text, { mode: 0o755 })
    return path
  }
  return {
    ...Object.fromEntries(
      ['spawnSync', 'spawn'].flatMap((name) => {
        const call = (api, ...args) =>
          outcome(() => (name === 'spawn' ? follow(api.spawn(...args)) : syncOf(api.spawnSync(...args))))
        const shortened = async (...args) =>
          JSON.parse(JSON.stringify(await call(...args)).replace(/(x{100})x+/g, '$1…'))
        return Object.entries({
          'E2BIG of an argument': (api) => shortened(api, at('print-libc'), ['0', 'x'.repeat(131_072)]),
          'E2BIG of a variable': (api) => shortened(api, at('print-libc'), [], { env: { X: 'x'.repeat(131_072) } }),
          'E2BIG of all together': (api) =>
            shortened(
              api,
              at('print-libc'),
              Array.from({ length: 100 }, () => 'x'.repeat(100_000)),
            ),
          'ENOENT of an interpreter': (api) => call(api, script('no-interpreter', '#!/nowhere/sh\n')),
          'ELOOP of links': (api) => {
            const loop = join(dir, 'loop')
            if (!fs.lstatSync(loop, { throwIfNoEntry: false })) fs.symlinkSync('loop', loop)
            return call(api, loop)
          },
          ENAMETOOLONG: (api) => shortened(api, `/${'x'.repeat(5000)}`),
          ETXTBSY: (api) => {
            const busy = join(dir, `busy-${name}`)
            fs.copyFileSync(at('exit-with'), busy)
            const fd = fs.openSync(busy, 'r+')
            return Promise.resolve(call(api, busy)).finally(() => fs.closeSync(fd))
          },
          // Without root a limit that was lowered takes a process to raise it again, which it forbids.
          ...(process.getuid() === 0 &&
            isMainThread && {
              EAGAIN: (api) => tooMany(api, (user) => call(api, at('exit-with'), ['0'], user)),
            }),
          // A thread would take its descriptors from all others.
          ...(isMainThread && {
            EMFILE: (api) => withoutDescriptors(() => call(api, at('exit-with'), ['0', 'out'])),
          }),
          'a file that is no program any more': (api) => {
            const path = script(`changing-${name}`, fs.readFileSync(at('exit-with')))
            const first = call(api, path, ['5'])
            return Promise.resolve(first).then(async (before) => {
              fs.rmSync(path)
              fs.writeFileSync(path, '#!/bin/sh\nexit 9\n', { mode: 0o755 })
              return [before, await call(api, path)]
            })
          },
        }).map(([what, run]) => [`${name}: ${what}`, run])
      }),
    ),
  }
}

/** A user with one process has one too many, which execve(2) tells after setuid(2). */
async function tooMany(api, call) {
  const user = { uid: 65533, gid: 65533 }
  const first = api.spawn('sleep', ['30'], { ...user, stdio: 'ignore' })
  await once(first, 'spawn')
  const seen = await withLimit('nproc', 0, () => call(user))
  first.kill('SIGKILL')
  await once(first, 'exit')
  return seen
}

/** Opens all that may be opened, for as long as `call` begins. */
function withoutDescriptors(call) {
  return withLimit('nofile', fs.readdirSync('/proc/self/fd').length + 40, () => {
    const open = []
    try {
      for (;;) open.push(fs.openSync('/dev/null'))
    } catch {
      // EMFILE
    }
    try {
      return call()
    } finally {
      for (const fd of open) fs.closeSync(fd)
    }
  })
}

/** A soft limit of this process (prlimit(1)) while `call` begins; what it awaits has the old one. */
function withLimit(name, value, call) {
  const set = (limit) =>
    execFileSync('prlimit', ['--pid', `${process.pid}`, `--${name}=${limit}:`], { stdio: 'ignore' })
  const limits = fs.readFileSync('/proc/self/limits', 'utf8')
  const [, before] = (name === 'nofile' ? /^Max open files\s+(\S+)/m : /^Max processes\s+(\S+)/m).exec(limits)
  set(value)
  try {
    return call()
  } finally {
    set(before)
  }
}

module.exports = { failureCases }
