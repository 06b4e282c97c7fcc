// Calls every API of node:child_process in every way that a test may, and tells what came of it. Runs in Node, Vitest and
// Jest alike; with the hook and without it the answer must be the same.
const { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')
const { isMainThread } = require('node:worker_threads')
const { calledBack, describe, follow, outcome, syncOf, textOf } = require('./observe.cjs')

const env = { A: '1' }
/** What it says may come before a time-out or after it. */
const unseen = { stdio: ['pipe', 'ignore', 'pipe'] }
const isReady = (_, [out]) => out.includes('ready')

/** The cases of the functions themselves. `at(name)` is a fixture program, `dir` holds them and may be written to. */
function cases({ at, dir }) {
  const relative = { cwd: dir }
  return {
    // spawn
    'spawn: status, output, events': (api) => follow(api.spawn(at('exit-with'), ['7', 'out', 'err'], { env })),
    'spawn: status 0': (api) => follow(api.spawn(at('exit-with'))),
    'spawn: death by SIGSEGV': (api) => follow(api.spawn(at('die-by-signal'), ['11'])),
    'spawn: kill is trapped': (api) => killed(api.spawn(at('sleep-and-trap'))),
    'spawn: kill with SIGKILL': (api) => killed(api.spawn(at('sleep-and-trap'), ['ignore']), 'SIGKILL'),
    'spawn: killed at once': async (api) => {
      const child = api.spawn(at('sleep-and-trap'), ['ignore'], { stdio: 'ignore' })
      child.kill('SIGKILL')
      return follow(child)
    },
    'spawn: time-out and killSignal': (api) =>
      follow(api.spawn(at('echo-stdin'), { timeout: 100, killSignal: 'SIGKILL' })),
    'spawn: AbortSignal': (api) => {
      const controller = new AbortController()
      const child = api.spawn(at('sleep-and-trap'), { signal: controller.signal })
      return follow(child, { onOutput: (...seen) => isReady(...seen) && controller.abort() })
    },
    'spawn: AbortSignal before': (api) =>
      follow(api.spawn(at('sleep-and-trap'), { signal: AbortSignal.abort(), killSignal: 'SIGKILL', stdio: 'ignore' })),
    'spawn: input': (api) => follow(api.spawn(at('echo-stdin')), { input: 'größe\n\0' }),
    'spawn: 1 MB through': (api) => follow(api.spawn(at('echo-stdin')), { input: 'x'.repeat(1_048_576) }),
    'spawn: 1 MB out': (api) => follow(api.spawn(at('print-bytes'), ['1048576'])),
    'spawn: stdio to a file': (api) =>
      toFile((fd) => follow(api.spawn(at('exit-with'), ['0', 'out'], { stdio: ['ignore', fd, fd] }))),
    'spawn: stdio ignore': (api) => follow(api.spawn(at('exit-with'), ['3', 'out'], { stdio: 'ignore' })),
    'spawn: more descriptors': (api) =>
      toFile((fd) =>
        follow(api.spawn(at('print-fds'), { stdio: ['ignore', 'pipe', 'pipe', fd, 'pipe', 'overlapped'] })),
      ),
    'spawn: a stream as stdio': async (api) => {
      const source = api.spawn(at('exit-with'), ['0', 'through'], { stdio: ['ignore', 'pipe', 'ignore'] })
      return follow(api.spawn(at('echo-stdin'), { stdio: [source.stdout, 'pipe', 'pipe'] }))
    },
    'spawn: argv0': (api) => follow(api.spawn(at('print-libc'), ['0', 'two words'], { argv0: 'größe', env })),
    'spawn: cwd': (api) => follow(api.spawn(at('print-libc'), { cwd: dir, env })),
    'spawn: relative to cwd': (api) => follow(api.spawn('./print-libc', { ...relative, env })),
    'spawn: relative to a relative cwd': (api) =>
      follow(api.spawn('./print-libc', { cwd: require('node:path').relative(process.cwd(), dir), env })),
    'spawn: by the child’s PATH': (api) => follow(api.spawn('print-libc', { env: { PATH: `/nowhere:${dir}` } })),
    'spawn: past a file of mode 0644 in PATH': (api) =>
      follow(api.spawn('print-libc', { env: { PATH: `${join(dir, 'plain')}:${dir}` } })),
    'spawn: not by ours': (api) => follow(api.spawn('print-libc', { env: {} })),
    'spawn: empty environment': (api) => follow(api.spawn(at('print-libc'), { env: {} })),
    'spawn: inherited environment': (api) => follow(api.spawn(at('print-libc'))),
    'spawn: masks, ids and the kernel’s environment': (api) => follow(api.spawn(at('print-process'), { env })),
    'spawn: detached': (api) => follow(api.spawn(at('print-process'), { env, detached: true })),
    'spawn: detached, unref, killed as a group': (api) => {
      const child = api.spawn(at('sleep-and-trap'), { detached: true })
      child.unref()
      return follow(child, { onOutput: (...seen) => isReady(...seen) && process.kill(-child.pid, 'SIGTERM') })
    },
    'spawn: shebang': (api) => follow(api.spawn(join(dir, 'script'), ['more'], { env })),
    'spawn: ENOENT': (api) => follow(api.spawn('./nothing-here', ['a'], relative)),
    'spawn: ENOENT by PATH': (api) => follow(api.spawn('nothing-here', ['a'], { env: { PATH: dir } })),
    'spawn: EACCES of mode 0644': (api) => follow(api.spawn(join(dir, 'plain', 'print-libc'), ['a'])),
    'spawn: EACCES of a directory': (api) => follow(api.spawn(dir, ['a'])),
    'spawn: ENOTDIR': (api) => follow(api.spawn(join(at('print-libc'), 'x'))),
    'spawn: cwd missing': (api) => follow(api.spawn(at('print-libc'), ['a'], { cwd: join(dir, 'missing') })),
    'spawn: not an executable format': (api) => outcome(() => follow(api.spawn(join(dir, 'garbage'), ['a']))),
    'spawn: another user': (api) =>
      outcome(() => follow(api.spawn(at('print-process'), { env, uid: 65534, gid: 65534 }))),
    'spawn: another user may not run it': (api) =>
      outcome(() => follow(api.spawn(join(dir, 'private'), { env, uid: 65534, gid: 65534 }))),
    'spawn: another user, a cwd of ours': (api) =>
      outcome(() => follow(api.spawn('./print-process', { env, cwd: join(dir, 'closed'), uid: 65534, gid: 65534 }))),
    'spawn: Node as another user': (api) =>
      outcome(() => follow(api.spawn(process.execPath, ['-p', 'process.getuid()'], { env, uid: 65534, gid: 65534 }))),
    'spawn: the options stay the caller’s': (api) =>
      untouched((args, options) => follow(api.spawn(at('print-libc'), args, options))),
    'spawn: bad arguments': async (api) => [
      await outcome(() => api.spawn('')),
      await outcome(() => api.spawn('a\0b')),
      await outcome(() => api.spawn(at('exit-with'), ['a\0b'])),
      await outcome(() => api.spawn(at('exit-with'), { stdio: ['nonsense'] })),
      await outcome(() => api.spawn(at('exit-with'), { uid: 'x' })),
    ],
    'spawn: many at once': (api) =>
      Promise.all(
        Array.from({ length: 12 }, (_, index) => follow(api.spawn(at('exit-with'), [`${index}`, `${index}`]))),
      ),
    'spawn: a shell': (api) => follow(api.spawn(`'${at('exit-with')}' 5 out`, { shell: true })),
    'spawn: in a removed directory': (api) =>
      isMainThread ? inRemoved(dir, () => follow(api.spawn(at('print-fds'), { env }))) : 'only a main thread has chdir',
    'spawn: a relative name in a removed directory that was made anew': (api) =>
      isMainThread
        ? inRemoved(
            dir,
            () => {
              mkdirSync(process.cwd())
              symlinkSync(at('exit-with'), join(process.cwd(), 'exit-with'))
              return follow(api.spawn('./exit-with', ['3']))
            },
            true,
          )
        : 'only a main thread has chdir',
    // IPC
    'spawn: IPC that the program ignores': (api) =>
      follow(api.spawn(at('print-libc'), { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })),
    'fork: messages, environment, arguments': (api) =>
      answered(api.fork(join(__dirname, 'node-child.cjs'), ['a b', 'ö'], { env: { B: '2' }, silent: true }), at),
    'fork: its own NODE_OPTIONS': (api) =>
      answered(
        api.fork(join(__dirname, 'node-child.cjs'), [], { env: { NODE_OPTIONS: '--no-warnings' }, silent: true }),
        at,
      ),
    'fork: execArgv and advanced serialization': (api) =>
      answered(
        api.fork(join(__dirname, 'node-child.cjs'), [], {
          env: {},
          silent: true,
          execArgv: ['--stack-trace-limit=5'],
          serialization: 'advanced',
        }),
        at,
      ),
    'fork: a missing module': async (api) => {
      const { stderr, ...seen } = await follow(api.fork(join(dir, 'missing.cjs'), { env: {}, silent: true }))
      return { ...seen, stderr: /Cannot find module '[^']+'/.exec(stderr.text)?.[0] }
    },
    'spawn: Node': (api) =>
      follow(
        api.spawn(process.execPath, ['-p', 'JSON.stringify([process.env, process.execArgv, process.argv0])'], { env }),
      ),
    // exec and execFile
    'exec: output': (api) => calledBack((done) => api.exec(`'${at('exit-with')}' 0 out err`, done)),
    'exec: failure': (api) => calledBack((done) => api.exec(`'${at('exit-with')}' 3 out err`, { env }, done)),
    'execFile: output': (api) => calledBack((done) => api.execFile(at('exit-with'), ['0', 'out', 'err'], done)),
    'execFile: buffers': (api) =>
      calledBack((done) => api.execFile(at('exit-with'), ['0', 'out'], { encoding: 'buffer' }, done)),
    'execFile: failure': (api) => calledBack((done) => api.execFile(at('exit-with'), ['4', 'out', 'err'], done)),
    'execFile: ENOENT': (api) => calledBack((done) => api.execFile('nothing-here', ['a'], done)),
    'execFile: maxBuffer': (api) =>
      calledBack((done) => api.execFile(at('sleep-and-trap'), { maxBuffer: 3, killSignal: 'SIGKILL' }, done)),
    'execFile: time-out': (api) =>
      calledBack((done) => api.execFile(at('echo-stdin'), { timeout: 100, killSignal: 'SIGKILL' }, done)),
    'execFile: AbortSignal': (api) => {
      const controller = new AbortController()
      return calledBack((done) => {
        const child = api.execFile(at('sleep-and-trap'), { signal: controller.signal }, done)
        child.stdout.once('data', () => controller.abort())
        return child
      })
    },
    'execFile: the options stay the caller’s': (api) =>
      untouched((args, options) => calledBack((done) => api.execFile(at('print-libc'), args, options, done))),
    // synchronous
    'spawnSync: status and output': (api) => syncOf(api.spawnSync(at('exit-with'), ['7', 'out', 'err'])),
    'spawnSync: encoding': (api) => syncOf(api.spawnSync(at('exit-with'), ['0', 'größe'], { encoding: 'utf8' })),
    'spawnSync: death by SIGABRT': (api) => syncOf(api.spawnSync(at('die-by-signal'), ['6'])),
    'spawnSync: input': (api) => syncOf(api.spawnSync(at('echo-stdin'), { input: 'größe\0' })),
    'spawnSync: 1 MB through': (api) =>
      syncOf(api.spawnSync(at('echo-stdin'), { input: 'x'.repeat(1_048_576), maxBuffer: 2_000_000 })),
    'spawnSync: time-out': (api) =>
      syncOf(api.spawnSync(at('sleep-and-trap'), ['ignore'], { ...unseen, timeout: 100, killSignal: 'SIGKILL' })),
    'spawnSync: maxBuffer': (api) =>
      syncOf(api.spawnSync(at('sleep-and-trap'), { maxBuffer: 3, killSignal: 'SIGKILL' })),
    'spawnSync: stdio to a file': (api) =>
      toFile((fd) => syncOf(api.spawnSync(at('exit-with'), ['0', 'out'], { stdio: ['ignore', fd, fd] }))),
    'spawnSync: descriptors': (api) =>
      syncOf(api.spawnSync(at('print-fds'), { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] })),
    'spawnSync: argv0, cwd, empty environment': (api) =>
      syncOf(api.spawnSync(at('print-libc'), ['0', ''], { argv0: '', cwd: dir, env: {}, encoding: 'utf8' })),
    'spawnSync: by the child’s PATH': (api) => syncOf(api.spawnSync('print-libc', { env: { PATH: dir } })),
    'spawnSync: relative to cwd': (api) => syncOf(api.spawnSync('./print-libc', { ...relative, env })),
    'spawnSync: inherited environment': (api) => syncOf(api.spawnSync(at('print-libc'))),
    'spawnSync: masks and ids': (api) => syncOf(api.spawnSync(at('print-process'), { env })),
    'spawnSync: ENOENT': (api) => syncOf(api.spawnSync('./nothing-here', ['a'], relative)),
    'spawnSync: EACCES of mode 0644': (api) => syncOf(api.spawnSync(join(dir, 'plain', 'print-libc'), ['a'])),
    'spawnSync: EACCES of a directory': (api) => syncOf(api.spawnSync(dir)),
    'spawnSync: cwd missing': (api) => syncOf(api.spawnSync(at('print-libc'), { cwd: join(dir, 'missing') })),
    'spawnSync: another user': (api) => syncOf(api.spawnSync(at('print-process'), { env, uid: 65534, gid: 65534 })),
    'spawnSync: another user may not run it': (api) =>
      syncOf(api.spawnSync(join(dir, 'private'), { env, uid: 65534, gid: 65534 })),
    'spawnSync: the options stay the caller’s': (api) =>
      untouched((args, options) => syncOf(api.spawnSync(at('print-libc'), args, options))),
    'spawnSync: Node': (api) => syncOf(api.spawnSync(process.execPath, ['-p', 'JSON.stringify(process.env)'], { env })),
    'spawnSync: a Node that starts a program': (api) =>
      syncOf(api.spawnSync(process.execPath, [join(__dirname, 'node-child.cjs'), at('print-libc')], { env })),
    'execFileSync: output': (api) => textOf(api.execFileSync(at('exit-with'), ['0', 'out'])),
    'execFileSync: failure': (api) =>
      outcome(() => api.execFileSync(at('exit-with'), ['9', 'out', 'err'], { encoding: 'utf8', stdio: 'pipe' })),
    'execFileSync: ENOENT': (api) => outcome(() => api.execFileSync('nothing-here', ['a'])),
    'execFileSync: time-out': (api) =>
      outcome(() =>
        api.execFileSync(at('sleep-and-trap'), ['ignore'], { ...unseen, timeout: 100, killSignal: 'SIGKILL' }),
      ),
    'execSync: output': (api) => textOf(api.execSync(`'${at('exit-with')}' 0 out`)),
    'execSync: failure': (api) => outcome(() => api.execSync(`'${at('exit-with')}' 9 out err`, { stdio: 'pipe', env })),
  }
}

/** Promisified functions and libraries; each has names of its own. */
function libraryCases({ at, dir }) {
  return {
    'promisified execFile': async ({ execFilePromise }) => {
      const promise = execFilePromise(at('exit-with'), ['0', 'out', 'err'])
      const child = describe(promise.child)
      return { child, result: await promise.then(({ stdout, stderr }) => [textOf(stdout), textOf(stderr)]) }
    },
    'promisified execFile: failure': ({ execFilePromise }) =>
      outcome(() => execFilePromise(at('exit-with'), ['3', 'out', 'err'])),
    'promisified exec': ({ execPromise }) => outcome(() => execPromise(`'${at('exit-with')}' 3 out err`)),
    execa: async ({ execa }) => [
      execaOf(await execa(at('exit-with'), ['0', 'out', 'err'])),
      execaOf(await execa(at('exit-with'), ['5', 'out', 'err'], { reject: false })),
      execaOf(
        await execa(at('sleep-and-trap'), ['ignore'], {
          ...unseen,
          timeout: 100,
          killSignal: 'SIGKILL',
          reject: false,
        }),
      ),
      execaOf(await execa('nothing-here', ['a'], { reject: false })),
      execaOf(await execa('print-libc', { env: { PATH: dir }, extendEnv: false, reject: false })),
    ],
    'execa: synchronous': ({ execaSync }) => [
      execaOf(execaSync(at('exit-with'), ['0', 'out', 'err'])),
      execaOf(execaSync(at('exit-with'), ['5', 'out', 'err'], { reject: false })),
      execaOf(execaSync('./nothing-here', ['a'], { reject: false, cwd: dir })),
    ],
    tinyexec: async ({ x }) => {
      const { stdout, stderr, exitCode } = await x(at('exit-with'), ['6', 'out', 'err'])
      const missing = await outcome(() => x('nothing-here', ['a'], { throwOnError: true }))
      return { stdout, stderr, exitCode, missing }
    },
    'cross-spawn': async ({ crossSpawn }) => [
      await follow(crossSpawn(at('exit-with'), ['7', 'out', 'err'])),
      await follow(crossSpawn('nothing-here', ['a'])),
      syncOf(crossSpawn.sync(at('exit-with'), ['7', 'out', 'err'])),
    ],
  }
}

function execaOf(result) {
  const { command, escapedCommand, exitCode, signal, signalDescription, failed, timedOut, isCanceled, isTerminated } =
    result
  const { code, shortMessage, originalMessage, isMaxBuffer, cwd } = result
  const flags = { failed, timedOut, isCanceled, isTerminated, isMaxBuffer }
  const said = { stdout: textOf(result.stdout), stderr: textOf(result.stderr), shortMessage, originalMessage }
  return { command, escapedCommand, exitCode, signal, signalDescription, code, cwd, ...flags, ...said }
}

async function killed(child, signal) {
  let answer
  const seen = await follow(child, {
    onOutput: (...output) => {
      if (answer === undefined && isReady(...output)) answer = child.kill(signal)
    },
  })
  return { ...seen, answer, again: child.kill() }
}

async function toFile(call) {
  const directory = mkdtempSync(join(require('node:os').tmpdir(), 'glibc-matrix-conformance-'))
  const file = join(directory, 'out')
  const fd = openSync(file, 'w')
  try {
    const seen = await call(fd)
    return JSON.parse(
      JSON.stringify({ ...seen, file: textOf(readFileSync(file, 'utf8')) }).replaceAll(directory, 'DIRECTORY'),
    )
  } finally {
    closeSync(fd)
    rmSync(directory, { recursive: true })
  }
}

async function untouched(call) {
  const args = Object.freeze(['0', 'a'])
  const options = Object.freeze({
    env: Object.freeze({ A: '1' }),
    argv0: 'renamed',
    stdio: Object.freeze(['pipe', 'pipe', 'pipe']),
  })
  const before = JSON.stringify([args, options])
  const seen = await call(args, options)
  return { seen, unchanged: JSON.stringify([args, options]) === before }
}

async function inRemoved(dir, call, remembers = false) {
  const before = process.cwd()
  const removed = mkdtempSync(join(dir, 'removed-'))
  process.chdir(removed)
  // Node remembers what it is called.
  if (remembers) process.cwd()
  rmSync(removed, { recursive: true })
  try {
    return await outcome(call)
  } finally {
    process.chdir(before)
  }
}

/** Speaks with node-child.cjs until it has said all. */
async function answered(child, at) {
  const sent = child.send({ start: at('print-libc') })
  return { sent, ...(await follow(child)) }
}

/** Every observation by its name. `only` picks names that contain it. */
async function observe(table, context, api, only = '') {
  const seen = {}
  for (const [name, run] of Object.entries(table(context))) {
    if (name.includes(only)) seen[name] = JSON.parse(JSON.stringify((await outcome(() => run(api))) ?? null, plain))
  }
  return seen
}

/** What JSON has no word for. */
function plain(_, value) {
  return ['bigint', 'symbol', 'function'].includes(typeof value) ? `${typeof value} ${String(value)}` : value
}

module.exports = { cases, libraryCases, observe }
