// `fork(options-child.cjs, [WAY])`: answers messages and takes handles, until the parent disconnects.
const { inspect } = require('node:util')

const ways = {
  echo: (message) =>
    process.send(inspect(message, { depth: 9, sorted: true, compact: false }).replace(/\n\s+at .*/g, '')),
  handles(message, handle) {
    if (message === 'server') {
      handle.on('connection', (socket) => {
        handle.close()
        socket.end('by the server')
      })
      process.send('listening')
    } else handle.end('by the socket')
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
