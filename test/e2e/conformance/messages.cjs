// fork, and what is sent to and fro: messages of every type, and handles of every kind, in both directions.
const dgram = require('node:dgram')
const net = require('node:net')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { errorOf, follow, outcome, syncOf, unordered } = require('./observe.cjs')

const child = join(__dirname, 'options-child.cjs')
const env = { A: '1' }

function messageCases({ at }) {
  return {
    'fork: a URL, options alone, stdio by name': async (api) => [
      await unordered(follow(api.fork(pathToFileURL(child), ['tell'], { env, stdio: 'pipe' }))),
      await unordered(follow(api.fork(child, { execArgv: ['-p', 'process.argv.length'], env, silent: true }))),
      await outcome(() => api.fork(child, { stdio: ['pipe', 'pipe', 'pipe'] })),
      await outcome(() => api.fork(5)),
    ],
    'fork: execPath is a program': (api) =>
      unordered(
        follow(api.fork('module', ['a'], { execPath: at('print-libc'), execArgv: ['0', '--flag'], env, silent: true })),
      ),
    'fork: detached': (api) => unordered(follow(api.fork(child, ['tell'], { env, silent: true, detached: true }))),
    'IPC: advanced, every type': (api) => {
      class Named {
        a = 1
      }
      const shared = Buffer.from('ö')
      const message = {
        buffer: shared,
        again: shared,
        plain: new ArrayBuffer(3),
        view: new Float64Array([1.5, Number.NaN]),
        date: new Date(86_400_000),
        map: new Map([[{ key: 1 }, new Set([1n])]]),
        instance: new Named(),
        boxed: [Object(1), Object('s')],
        list: Object.assign(new Array(3), { 0: 1, 2: 3, named: true }),
        undefined: undefined,
        minus: -0,
      }
      return spoken(api.fork(child, ['echo'], { env, silent: true, serialization: 'advanced' }), message)
    },
    'IPC: a megabyte': async (api) => {
      const one = api.fork(child, ['length'], { env, silent: true })
      return spoken(one, 'ö'.repeat(1_000_000))
    },
    'IPC: what can’t be sent': async (api) => {
      const one = api.fork(child, ['echo'], { env, silent: true })
      const itself = {}
      itself.itself = itself
      const threw = []
      for (const message of [undefined, () => {}, Symbol('s'), 1n, itself])
        threw.push(await outcome(() => one.send(message)))
      threw.push(await outcome(() => one.send('x', { odd: true })), await outcome(() => one.send('x', null, 5)))
      one.send('bye')
      const seen = await unordered(follow(one))
      return { threw, seen }
    },
    'IPC: disconnected at once, and again': async (api) => {
      const one = api.fork(child, ['echo'], { env, silent: true })
      // Node 20 emits no 'close' here.
      const followed = unordered(follow(one, { until: 'exit' }))
      one.disconnect()
      one.disconnect()
      return followed
    },
    'IPC: the channel does not hold the process': (api) => {
      const text = `const one = require('node:child_process').fork(${JSON.stringify(child)}, ['echo'])
        one.once('message', (message) => { console.log(message, one.channel.constructor.name); one.channel.unref(); one.unref() })
        one.send('a')`
      return syncOf(api.spawnSync(process.execPath, ['-e', text], { env, encoding: 'utf8' }))
    },
    'IPC: a datagram socket as a handle': (api) => datagrams(api.fork(child, ['datagram'], { env, silent: true })),
    'IPC: handles of the child': (api) => handlesOfChild(api.fork(child, ['gives'], { env, silent: true })),
    'IPC: a socket that both keep': (api) => keptOpen(api.fork(child, ['keeps'], { env, silent: true })),
    'Node: a cluster whose workers start programs': (api) =>
      syncOf(
        api.spawnSync(process.execPath, [join(__dirname, 'cluster.cjs'), at('exit-with')], { env, encoding: 'utf8' }),
      ),
  }
}

async function spoken(one, message) {
  one.once('message', () => one.send('bye'))
  const sent = await new Promise((resolve) => one.send(message, (error) => resolve(errorOf(error))))
  return { sent, ...(await unordered(follow(one))) }
}

/** The child answers a datagram through our socket. */
async function datagrams(one) {
  const socket = dgram.createSocket('udp4')
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  const followed = unordered(follow(one))
  one.send('datagram', socket)
  await new Promise((resolve) => one.once('message', resolve))
  socket.close()
  const own = dgram.createSocket('udp4')
  const answered = new Promise((resolve) => own.once('message', (data) => resolve(`${data}`)))
  own.send('asked', port, '127.0.0.1')
  const answer = await answered
  own.close()
  one.send('bye')
  return { answer, ...(await followed) }
}

/** The child makes a server, and gives it and one of its connections away. */
async function handlesOfChild(one) {
  const followed = unordered(follow(one))
  const given = []
  const both = new Promise((resolve) => {
    one.on('message', (message, handle) => {
      given.push([message, handle?.constructor.name])
      if (message === 'server') {
        handle.on('connection', (socket) => {
          handle.close()
          socket.end('by a server of the child’s')
        })
        one.send('speak')
      }
      if (message === 'socket') through(handle).then(resolve)
    })
  })
  one.send('server')
  const text = await both
  one.send('bye')
  return { given, text, ...(await followed) }
}

/** `keepOpen`: parent and child both write to it. */
async function keptOpen(one) {
  const followed = unordered(follow(one))
  const server = net.createServer((socket) => {
    one.send('socket', socket, { keepOpen: true }, () =>
      one.once('message', () => {
        socket.end('by the parent')
        server.close()
      }),
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const text = await through(net.connect(server.address().port, '127.0.0.1'))
  one.send('bye')
  return { text, ...(await followed) }
}

function through(socket) {
  let text = ''
  socket.on('data', (data) => {
    text += data
  })
  return new Promise((resolve) => socket.on('close', () => resolve(text)))
}

module.exports = { messageCases }
