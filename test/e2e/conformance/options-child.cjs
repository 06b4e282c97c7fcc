// `fork(options-child.cjs, [WAY])`: answers messages, takes and gives handles, until the parent disconnects.
const net = require('node:net')
const { inspect } = require('node:util')

const ways = {
  echo: (message) =>
    process.send(inspect(message, { depth: 9, sorted: true, compact: false }).replace(/\n\s+at .*/g, '')),
  length: (message) => process.send([message.length, Buffer.byteLength(message)]),
  handles(message, handle) {
    if (message === 'server') {
      handle.on('connection', (socket) => {
        handle.close()
        socket.end('by the server')
      })
      process.send('listening')
    } else handle.end('by the socket')
  },
  datagram(_, socket) {
    socket.once('message', (data, { port, address }) =>
      socket.send(`answer to ${data}`, port, address, () => socket.close()),
    )
    process.send('listening')
  },
  keeps(_, socket) {
    socket.write('by the child, ', () => {
      socket.destroy()
      process.send('written')
    })
  },
  gives(message) {
    if (message === 'server') {
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        ways.port = server.address().port
        process.send('server', server, () => server.close())
      })
    } else {
      const socket = net.connect(ways.port, '127.0.0.1', () => process.send('socket', socket))
    }
  },
  tell() {},
}

// Where the parent disconnects, Node 20 emits no 'close' for us.
process.on('message', (message, handle) => {
  if (message === 'bye') process.disconnect()
  else ways[process.argv[2]](message, handle)
})
if (process.argv[2] === 'tell')
  process.send({ connected: process.connected, fd: process.env.NODE_CHANNEL_FD ?? null }, () => process.disconnect())
