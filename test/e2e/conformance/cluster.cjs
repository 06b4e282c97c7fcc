// `cluster.cjs PROGRAM`: two workers of a cluster start a program each and share a server.
const cluster = require('node:cluster')
const { spawnSync } = require('node:child_process')
const net = require('node:net')

if (cluster.isPrimary) {
  const answers = []
  for (const status of [3, 4]) {
    const worker = cluster.fork({ STATUS: `${status}` })
    worker.on('message', (answer) => {
      answers.push(answer)
      if (answers.length === 2) ask(answers)
    })
  }
} else {
  const { status } = spawnSync(process.argv[2], [process.env.STATUS])
  net
    .createServer((socket) => socket.end('by a worker'))
    .listen(0, '127.0.0.1', function listening() {
      process.send({ status, port: this.address().port > 0 && this.address().port })
    })
}

/** Both workers listen on the same port. */
function ask(answers) {
  let text = ''
  net
    .connect(answers[0].port, '127.0.0.1')
    .on('data', (data) => {
      text += data
    })
    .on('close', () => {
      const isOne = answers[0].port === answers[1].port
      console.log(JSON.stringify({ statuses: answers.map(({ status }) => status).sort(), isOne, text }))
      cluster.disconnect()
    })
}
