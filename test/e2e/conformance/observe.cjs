// What a caller can see of a child process, as plain data without pids and times.
const { createHash } = require('node:crypto')
const { isMainThread } = require('node:worker_threads')

/**
 * Text as it is, or its length and hash when it is long. A sysroot's version and files are no part of conformance, nor are
 * the variables in which a runner numbers its workers and names its projects' mode.
 */
function textOf(value) {
  if (value === null || value === undefined) return value
  const kind = Buffer.isBuffer(value) ? 'buffer' : typeof value
  const text = String(value)
  const lines = text
    .split('\n')
    .filter((line) => !/^(glibc|mapped|env=((VITEST|JEST|CONFORMANCE)_\w+|MODE))=/.test(line))
  const seen = inOrder(lines)
    .join('\n')
    .replace(/^env=NODE_CHANNEL_FD=\d+$/m, 'env=NODE_CHANNEL_FD=N')
  if (seen.length <= 20_000) return { kind, text: seen }
  return { kind, length: seen.length, sha256: createHash('sha256').update(seen).digest('hex') }
}

/** The environment of a worker thread has no order of its own. */
function inOrder(lines) {
  if (isMainThread) return lines
  const isEntry = (line) => line.startsWith('env=')
  return [...lines.filter((line) => !isEntry(line)), ...lines.filter(isEntry).sort()]
}

const errorFields = ['name', 'code', 'errno', 'syscall', 'path', 'spawnargs', 'killed', 'signal', 'cmd', 'status']

function errorOf(error) {
  if (error === null || error === undefined) return error
  const seen = { message: error.message, keys: Object.keys(error).sort() }
  for (const field of errorFields) if (error[field] !== undefined) seen[field] = error[field]
  if (error.cause !== undefined) seen.cause = `${error.cause}`
  for (const field of ['stdout', 'stderr']) if (error[field] !== undefined) seen[field] = textOf(error[field])
  return seen
}

/** Follows a child to its end: every event in order, all output, what the object says of itself. */
function follow(child, { onOutput, input, until = 'close' } = {}) {
  const events = []
  const output = ['', '']
  const failures = []
  const messages = []
  for (const name of ['spawn', 'exit', 'disconnect', 'close']) {
    child.on(name, (...args) => events.push([name, ...args]))
  }
  child.on('error', (error) => {
    events.push(['error'])
    failures.push(errorOf(error))
  })
  child.on('message', (message) => messages.push(message))
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream?.on('data', (data) => {
      output[index] += data
      onOutput?.(child, output)
    })
  }
  if (input !== undefined) child.stdin.end(input)
  const began = describe(child)
  return new Promise((resolve) => {
    // An unreferenced child keeps no event loop alive.
    const alive = setInterval(() => {}, 1000)
    const end = () =>
      setImmediate(() => {
        clearInterval(alive)
        const [stdout, stderr] = output.map(textOf)
        resolve({ began, events, failures, messages, stdout, stderr, ended: describe(child) })
      })
    child.once(until, end)
    // Without descriptors for its streams a child is given up before it has any, and never closes (lib/internal/child_process.js).
    child.once('error', () => child.stdio === undefined && setTimeout(end, 20))
  })
}

function describe(child) {
  const { spawnfile, spawnargs, exitCode, signalCode, killed, connected } = child
  const streams = child.stdio?.map((stream) => (stream === null ? null : (stream?.constructor?.name ?? null)))
  return { pid: typeof child.pid, spawnfile, spawnargs, exitCode, signalCode, killed, connected, streams }
}

/** The result of spawnSync. */
function syncOf(result) {
  const { status, signal, error, stdout, stderr, output } = result
  return {
    keys: Object.keys(result),
    pid: result.pid === 0 ? 0 : typeof result.pid,
    status,
    signal,
    error: errorOf(error),
    stdout: textOf(stdout),
    stderr: textOf(stderr),
    outputs: output?.length ?? null,
  }
}

/** A value or what was thrown. */
async function outcome(call) {
  try {
    return { returned: await call() }
  } catch (error) {
    return { threw: errorOf(error) }
  }
}

/** 'exit' and 'disconnect' come from different descriptors, in no order. */
async function unordered(followed) {
  const { events, ...seen } = await followed
  return { ...seen, events: events.map((event) => JSON.stringify(event)).sort() }
}

/** What a callback of exec or execFile gets, or what was thrown. */
function calledBack(start) {
  return new Promise((resolve) => {
    try {
      const one = start((error, stdout, stderr) =>
        resolve({ error: errorOf(error), stdout: textOf(stdout), stderr: textOf(stderr), ended: describe(one) }),
      )
    } catch (error) {
      resolve({ threw: errorOf(error) })
    }
  })
}

module.exports = { textOf, errorOf, follow, describe, syncOf, outcome, calledBack, unordered }
