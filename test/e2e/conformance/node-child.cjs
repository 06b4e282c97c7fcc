// A child that is Node: tells what it sees of itself, starts a native program, and ends.
const { spawnSync } = require('node:child_process')

function tell(program) {
  const { status, stdout } = spawnSync(program, ['3'], { env: { C: '3' }, encoding: 'utf8' })
  const { env, execArgv, argv } = process
  return { env, execArgv, args: argv.slice(2), status, stdout: stdout.replace(/^glibc=.*\n/m, '') }
}

if (process.send === undefined) {
  console.log(JSON.stringify(tell(process.argv[2])))
} else {
  process.once('message', ({ start }) => process.send(tell(start), () => process.disconnect()))
}
