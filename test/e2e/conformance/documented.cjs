// What is left of Node's page on child_process: each option with each API that has it.
const fs = require('node:fs')
const net = require('node:net')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { promisify } = require('node:util')
const { calledBack, errorOf, follow, outcome, syncOf, textOf, unordered } = require('./observe.cjs')

const child = join(__dirname, 'options-child.cjs')
const env = { A: '1' }
const nobody = { uid: 65534, gid: 65534 }

function documentedCases({ at, dir }) {
  return {
    // AbortSignal and time-outs
    'AbortSignal: before, of each API': async (api) => {
      const options = { signal: AbortSignal.abort(new Error('because')), killSignal: 'SIGKILL', env }
      return [
        await calledBack((done) => api.exec('cat', options, done)),
        await calledBack((done) => api.execFile(at('echo-stdin'), options, done)),
        await outcome(() => promisify(api.execFile)(at('echo-stdin'), [], options)),
        await outcome(() => promisify(api.exec)('cat', options)),
        await unordered(follow(api.fork(child, ['echo'], { ...options, silent: true }))),
      ]
    },
    'AbortSignal: later, of fork': (api) => {
      const controller = new AbortController()
      const one = api.fork(child, ['echo'], { signal: controller.signal, killSignal: 'SIGKILL', env, silent: true })
      one.once('message', () => controller.abort('enough'))
      one.send('a')
      return unordered(follow(one))
    },
    'AbortSignal: after the end': async (api) => {
      const controller = new AbortController()
      const one = api.spawn(at('exit-with'), ['3'], { signal: controller.signal, env })
      const seen = await follow(one)
      controller.abort()
      return { seen, killed: one.killed }
    },
    'time-out: SIGTERM by itself': async (api) => [
      await follow(api.spawn(at('echo-stdin'), { timeout: 100 })),
      await calledBack((done) => api.execFile(at('echo-stdin'), { timeout: 100 }, done)),
      syncOf(api.spawnSync('sleep', ['30'], { timeout: 100, input: 'x' })),
      await unordered(follow(api.fork(child, ['echo'], { timeout: 100, killSignal: 9, env, silent: true }))),
    ],
    'time-out: later than the end': async (api) => [
      await follow(api.spawn(at('exit-with'), ['3'], { timeout: 60_000 })),
      syncOf(api.spawnSync(at('exit-with'), ['3'], { timeout: 60_000 })),
    ],
    'maxBuffer: none, just enough, too little': async (api) => {
      const sizes = [Number.POSITIVE_INFINITY, 100, 99]
      const asked = sizes.map((maxBuffer) => ({ maxBuffer, encoding: 'latin1', env }))
      const called = asked.map((options) =>
        calledBack((done) => api.execFile(at('print-bytes'), ['100'], options, done)).then(
          ({ ended, ...seen }) => seen,
        ),
      )
      const text = ({ error, stdout }) => [error?.code, stdout?.length]
      return [
        await Promise.all(called),
        asked.map((options) => text(api.spawnSync(at('print-bytes'), ['100'], options))),
      ]
    },
    // directories
    'cwd: a URL, a file, missing, of each API': async (api) => {
      const seen = []
      for (const cwd of [pathToFileURL(dir), at('exit-with'), join(dir, 'missing')]) {
        seen.push([
          await follow(api.spawn('./print-libc', { cwd, env })),
          syncOf(api.spawnSync('./print-libc', { cwd, env })),
          await calledBack((done) => api.execFile('./print-libc', { cwd, env }, done)),
          await calledBack((done) => api.exec('pwd; ./print-libc', { cwd, env }, done)),
          await outcome(() => textOf(api.execFileSync('./print-libc', { cwd, env }))),
          await outcome(() => textOf(api.execSync('pwd', { cwd, env }))),
          await unordered(follow(api.fork(child, ['tell'], { cwd, env, silent: true }))),
        ])
      }
      return seen
    },
    'cwd: bytes': async (api) => {
      const cwd = Buffer.from(dir)
      return [
        await outcome(() => follow(api.spawn(at('print-libc'), { cwd, env }))),
        await outcome(() => follow(api.spawn('./print-libc', { cwd, env }))),
        await outcome(() => syncOf(api.spawnSync('./print-libc', { cwd, env }))),
      ]
    },
    'a script without a first line': async (api) => {
      const script = join(dir, 'no-first-line')
      if (!fs.existsSync(script)) fs.writeFileSync(script, 'echo "$0" "$@"; exit 7\n', { mode: 0o755 })
      return [
        await outcome(() => follow(api.spawn(script, ['a'], { env }))),
        await outcome(() => syncOf(api.spawnSync(script, ['a'], { env }))),
      ]
    },
    // stdio
    'stdio: a socket': async (api) => {
      const path = join(dir, `socket-${process.pid}`)
      let text = ''
      const server = net.createServer()
      const closed = new Promise((resolve) => {
        server.on('connection', (socket) => {
          socket.on('data', (data) => {
            text += data
          })
          socket.on('close', resolve)
        })
      })
      await new Promise((resolve) => server.listen(path, resolve))
      const socket = net.connect(path)
      await new Promise((resolve) => socket.once('connect', resolve))
      const one = api.spawn(at('exit-with'), ['0', 'to the socket'], { stdio: ['ignore', socket, 'pipe'], env })
      socket.destroy()
      const seen = await follow(one)
      await closed
      server.close()
      return { seen, text }
    },
    'stdio: an object with a descriptor, a directory, a file to read': (api) => {
      const fds = ['/dev/null', dir, at('print-fds')].map((path) => fs.openSync(path))
      try {
        return syncOf(api.spawnSync(at('print-fds'), { stdio: [{ fd: fds[0] }, 'pipe', 'pipe', fds[1], fds[2]], env }))
      } finally {
        for (const fd of fds) fs.closeSync(fd)
      }
    },
    'stdio: the streams of this process': (api) =>
      outcome(() => follow(api.spawn(at('exit-with'), ['3'], { stdio: ['ignore', process.stdout, process.stderr] }))),
    'stdio: further pipes, read and written': async (api) => {
      const stdio = ['ignore', 'pipe', 'pipe', 'pipe', 'overlapped']
      const one = api.spawn('sh', ['-c', `'${at('echo-stdin')}' <&3 >&4; cat`], { stdio, env: process.env })
      let text = ''
      one.stdio[4].on('data', (data) => {
        text += data
      })
      one.stdio[3].end('through a further one')
      return { seen: await follow(one), text }
    },
    'stdio: nobody reads any more': (api) => {
      const one = api.spawn(at('echo-stdin'), { env })
      one.stdout.destroy()
      setImmediate(() => one.stdin.end('x'))
      return follow(one)
    },
    'stdio: written to after the end': async (api) => {
      const one = api.spawn(at('exit-with'), ['0'], { env })
      const seen = await follow(one)
      const failed = await new Promise((resolve) => one.stdin.write('late', (error) => resolve(errorOf(error))))
      return { seen, failed }
    },
    'stdio: held by a process that goes on': async (api) => {
      const seen = await follow(api.spawn('sh', ['-c', 'sleep 0.3 & exit 3']))
      return seen
    },
    'stdio: none, of the synchronous ones': async (api) => [
      await outcome(() => api.execFileSync(at('exit-with'), ['0', 'out'], { stdio: 'ignore' })),
      await outcome(() => api.execSync(`'${at('exit-with')}' 0 out`, { stdio: ['pipe', 'ignore', 'ignore'] })),
      await outcome(() => api.execFileSync(at('exit-with'), ['4', 'out'], { stdio: 'ignore' })),
      await outcome(() => syncOf(api.spawnSync(at('echo-stdin'), { input: 'x', stdio: ['ignore', 'pipe', 'pipe'] }))),
      await outcome(() =>
        textOf(api.execFileSync(at('echo-stdin'), { input: 'ö', stdio: 'pipe', encoding: 'buffer' })),
      ),
      await outcome(() => syncOf(api.spawnSync(at('exit-with'), { stdio: ['ipc', 'pipe', 'pipe'] }))),
    ],
    // shells
    'shell: of execFile and execFileSync': async (api) => [
      await calledBack((done) => api.execFile(`'${at('exit-with')}'`, ['5', 'out'], { shell: true, env }, done)),
      await calledBack((done) => api.execFile('echo', ['$0', '$A'], { shell: '/bin/bash', env }, done)),
      await outcome(() => textOf(api.execFileSync(`'${at('exit-with')}' 0 out`, { shell: true, env }))),
      await outcome(() => textOf(api.execSync('echo $0', { shell: '/bin/bash', env }))),
      await follow(api.spawn(`'${at('print-libc')}' 3`, { shell: true, argv0: 'other', cwd: dir, env })),
    ],
    'exec: encodings, no callback': async (api) => [
      await calledBack((done) => api.exec(`'${at('exit-with')}' 0 größe`, { encoding: 'buffer' }, done)),
      await calledBack((done) => api.exec(`'${at('exit-with')}' 0 größe`, { encoding: 'hex' }, done)),
      await follow(api.exec(`'${at('exit-with')}' 3 out err`)),
    ],
    // users
    'another user: of each API': async (api) => [
      await outcome(() => calledBack((done) => api.exec(`'${at('print-process')}'`, { env, ...nobody }, done))),
      await outcome(() => calledBack((done) => api.execFile(at('print-process'), { env, ...nobody }, done))),
      await outcome(() => textOf(api.execSync(`'${at('print-process')}'`, { env, ...nobody, stdio: 'pipe' }))),
      await outcome(() => textOf(api.execFileSync(at('print-process'), { env, ...nobody, stdio: 'pipe' }))),
      await outcome(() =>
        unordered(follow(api.fork('-', { execArgv: ['-p', 'process.getuid()'], env, silent: true, ...nobody }))),
      ),
    ],
    // processes that go on
    'detached: outlives the Node that started it': async (api) => {
      const file = join(dir, `outlives-${process.pid}-${Math.random()}`)
      const command = `sleep 0.3; '${at('exit-with')}' 0 done >'${file}.new'; mv '${file}.new' '${file}'`
      const text = `require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(command)}], { detached: true, stdio: 'ignore' }).unref()`
      const seen = syncOf(api.spawnSync(process.execPath, ['-e', text]))
      while (!fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20))
      return { seen, text: fs.readFileSync(file, 'utf8') }
    },
    'unref and ref': (api) => {
      const one = api.spawn(at('exit-with'), ['3'], { stdio: 'ignore', env })
      one.unref()
      one.ref()
      return follow(one)
    },
  }
}

module.exports = { documentedCases }
