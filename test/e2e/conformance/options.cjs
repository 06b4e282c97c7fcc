// What Node documents beyond scenario.cjs: every kind of stdio, handles, serialization, signals and encodings.
const fs = require('node:fs')
const net = require('node:net')
const { join } = require('node:path')
const { calledBack, errorOf, follow, outcome, syncOf, textOf } = require('./observe.cjs')

const child = join(__dirname, 'options-child.cjs')
const env = { A: '1' }
const isRoot = process.getuid() === 0

function optionCases({ at, dir }) {
  return {
    // signals
    ...Object.fromEntries(
      ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGPIPE', 'SIGALRM', 'SIGQUIT', 'SIGXCPU', 9, 15].map((signal) => [
        `kill: ${signal}`,
        (api) => ended(api, at, (one) => one.kill(signal)),
      ]),
    ),
    'kill: 0 asks whether it lives': (api) => ended(api, at, (one) => one.kill(0) && one.kill('SIGKILL')),
    'kill: stopped and continued': (api) =>
      ended(api, at, (one) => [one.kill('SIGSTOP'), one.kill('SIGCONT'), one.kill('SIGTERM')]),
    'killSignal: a number': (api) =>
      syncOf(api.spawnSync(at('sleep-and-trap'), ['ignore'], { stdio: 'ignore', timeout: 100, killSignal: 9 })),
    'disposed of': (api) => ended(api, at, (one) => (one[Symbol.dispose] ? one[Symbol.dispose]() : one.kill())),
    // stdio
    'stdio: inherit, two deep': (api) => {
      const inner = `require('node:child_process').spawnSync(${JSON.stringify(at('exit-with'))}, ['0', 'out', 'err'], { stdio: 'inherit' })`
      return syncOf(api.spawnSync(process.execPath, ['-e', inner], { env, encoding: 'utf8' }))
    },
    'stdio: a file stream': async (api) => {
      const file = join(dir, `stream-${process.pid}`)
      const stream = fs.createWriteStream(file)
      await new Promise((resolve) => stream.once('open', resolve))
      const seen = await follow(api.spawn(at('exit-with'), ['0', 'out'], { stdio: ['ignore', stream, 'ignore'] }))
      stream.close()
      return { seen, text: fs.readFileSync(file, 'utf8') }
    },
    'stdio: one descriptor as two': (api) =>
      syncOf(api.spawnSync(at('exit-with'), ['0', 'out', 'err'], { stdio: ['ignore', 'pipe', 2] })),
    'stdio: null and undefined': (api) =>
      syncOf(api.spawnSync(at('print-fds'), { stdio: [null, undefined, 'pipe', null] })),
    'stdio: twenty pipes': (api) =>
      follow(api.spawn(at('print-fds'), { stdio: ['ignore', ...Array.from({ length: 20 }, () => 'pipe')] })),
    'stdio: a closed descriptor': (api) =>
      outcome(() => syncOf(api.spawnSync(at('print-fds'), { stdio: [0, 'pipe', 9999] }))),
    'stdio: input of several kinds': (api) =>
      [Buffer.from('ö'), new Uint8Array([1, 2]), new DataView(new ArrayBuffer(3)), ''].map((input) =>
        syncOf(api.spawnSync(at('echo-stdin'), { input })),
      ),
    // IPC
    'IPC: a server and a socket as handles': (api) => handles(api.fork(child, ['handles'], { env, silent: true })),
    'IPC: advanced serialization': (api) =>
      echoed(api.fork(child, ['echo'], { env, silent: true, serialization: 'advanced' }), rich()),
    'IPC: JSON': (api) =>
      echoed(api.fork(child, ['echo'], { env, silent: true }), { a: [1, 'ö', null], b: new Date(0) }),
    'IPC: after the end': async (api) => {
      const one = api.fork(child, ['echo'], { env, silent: true })
      one.send('bye')
      const seen = await follow(one)
      const sent = await new Promise((resolve) => one.send({}, (error) => resolve(errorOf(error))))
      return { seen, sent }
    },
    'IPC: beside other descriptors': (api) =>
      follow(api.fork(child, ['tell'], { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'] })),
    // encodings
    'encoding: each': (api) =>
      ['hex', 'base64', 'latin1', 'utf16le', 'ascii', 'binary', 'buffer'].map((encoding) =>
        textOf(api.execFileSync(at('exit-with'), ['0', 'größe'], { encoding })),
      ),
    'encoding: each, with a callback': (api) =>
      Promise.all(
        ['hex', 'latin1', 'buffer', null, 'nonsense'].map((encoding) =>
          calledBack((done) => api.execFile(at('exit-with'), ['0', 'größe', 'e'], { encoding }, done)),
        ),
      ),
    // environment and arguments
    'env: order, inherited, undefined and other values': (api) => {
      const variables = Object.assign(Object.create({ FROM_PROTOTYPE: 'p' }), {
        Z: '1',
        A: 2,
        LEFT_OUT: undefined,
        M: null,
        E: '',
      })
      return syncOf(api.spawnSync(at('print-libc'), { env: { ...variables, 10: 'ten', 2: 'two' } }))
    },
    'env: inherited properties': (api) =>
      syncOf(api.spawnSync(at('print-libc'), { env: Object.assign(Object.create({ P: 'p' }), { Z: '1' }) })),
    'env: what ld.so and Node read': (api) =>
      syncOf(
        api.spawnSync(at('print-libc'), { env: { LD_BIND_NOW: '1', NODE_OPTIONS: '--no-warnings', LC_ALL: 'C' } }),
      ),
    'argv: empty, newlines, bytes': (api) =>
      syncOf(api.spawnSync(at('print-libc'), ['0', '', '\n', 'ö', '--', '-x', '*'])),
    'argv: many': (api) =>
      syncOf(api.spawnSync(at('print-libc'), ['0', ...Array.from({ length: 1500 }, (_, index) => `${index}`)])),
    'argv: as long as may be': (api) => syncOf(api.spawnSync(at('exit-with'), ['0', 'x'.repeat(131_071)])),
    'windowsHide and its like': (api) =>
      syncOf(api.spawnSync(at('exit-with'), ['4', 'out'], { windowsHide: true, windowsVerbatimArguments: true })),
    // shells
    'shell: by name, and with arguments': async (api) => [
      syncOf(api.spawnSync(`'${at('exit-with')}' 5 out`, { shell: '/bin/bash' })),
      syncOf(api.spawnSync(at('exit-with'), ['6', 'out'], { shell: true })),
      await calledBack((done) => api.exec('echo $0 $A', { shell: '/bin/bash', env }, done)),
      await outcome(() => syncOf(api.spawnSync('true', { shell: '/nowhere/sh' }))),
    ],
    'exec: time-out, maxBuffer, AbortSignal': async (api) => [
      await calledBack((done) => api.exec('sleep 30', { timeout: 100 }, done)),
      await calledBack((done) => api.exec(`'${at('print-bytes')}' 50; exec sleep 30`, { maxBuffer: 10 }, done)),
      await calledBack((done) => api.exec('sleep 30', { signal: AbortSignal.timeout(100) }, done)),
    ],
    'execSync: input, cwd, time-out, maxBuffer': (api) =>
      Promise.all(
        [
          ['cat', { input: 'ö', encoding: 'utf8' }],
          ['pwd', { cwd: dir, encoding: 'utf8' }],
          ['sleep 30', { timeout: 100, stdio: 'pipe' }],
          [`'${at('print-bytes')}' 50; exec sleep 30`, { maxBuffer: 10, stdio: 'pipe' }],
        ].map(([command, options]) => outcome(() => textOf(api.execSync(command, options)))),
      ),
    // users and groups
    'detached: synchronous': (api) => syncOf(api.spawnSync(at('exit-with'), ['3'], { detached: true })),
    'gid alone': (api) => outcome(() => syncOf(api.spawnSync(at('print-process'), { env, gid: isRoot ? 65534 : 1 }))),
    'uid that is too large': (api) => outcome(() => syncOf(api.spawnSync(at('print-process'), { env, uid: 2 ** 32 }))),
  }
}

function ended(api, at, end) {
  let answer
  const one = api.spawn(at('sleep-and-trap'))
  return follow(one, {
    onOutput: (_, [out]) => {
      if (answer !== undefined || !out.includes('ready')) return
      answer = end(one) ?? null
    },
  }).then((seen) => ({ ...seen, answer }))
}

function rich() {
  const value = {
    map: new Map([[1, { ö: new Set(['a']) }]]),
    big: 2n ** 70n,
    date: new Date(0),
    bytes: new Uint8Array([1, 2]),
  }
  value.itself = value
  value.error = new RangeError('no')
  value.expression = /a+/gi
  return value
}

/** The child answers with what it understood, as text. */
async function echoed(one, message) {
  one.once('message', () => one.send('bye'))
  const sent = await new Promise((resolve) => one.send(message, (error) => resolve(errorOf(error))))
  return { sent, ...(await follow(one)) }
}

/** The child takes a connection of our server, and speaks through a socket of ours. */
async function handles(one) {
  const server = net.createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  one.send('server', server)
  await new Promise((resolve) => one.once('message', resolve))
  server.close()
  const first = await through(net.connect(port, '127.0.0.1'))
  const own = net.createServer((socket) => {
    one.send('socket', socket)
    own.close()
  })
  await new Promise((resolve) => own.listen(0, '127.0.0.1', resolve))
  const second = await through(net.connect(own.address().port, '127.0.0.1'))
  one.send('bye')
  const { events, stderr, ended } = await follow(one)
  return { first, second, last: events.at(-1), stderr, ended }
}

function through(socket) {
  let text = ''
  socket.on('data', (data) => {
    text += data
  })
  return new Promise((resolve) => socket.on('close', () => resolve(text)))
}

module.exports = { optionCases }
