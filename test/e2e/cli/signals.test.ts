import { execa } from 'execa'
import { expect, test } from 'vitest'
import { bin } from './command.js'

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s reaches the command, and no process is left',
  async (signal) => {
    const script = 'echo $$; exec sleep 300'
    const child = execa(process.execPath, [bin, 'run', '--sysroot', 'host,2.31', '--', 'sh', '-c', script], {
      reject: false,
      stdin: 'ignore',
    })
    const pid = Number(await Promise.race([firstLine(child.stdout), child.then(({ stderr }) => stderr)]))
    expect(isAlive(pid)).toBe(true)
    child.kill(signal)
    const { exitCode, stdout, stderr } = await child
    expect(exitCode).toBe(128 + { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 }[signal])
    expect(isAlive(pid)).toBe(false)
    // The second column was not started.
    expect(stdout).toBe(String(pid))
    expect(stderr).toContain(signal)
    expect(stderr).toMatch(/2\.31 .*- skip/)
  },
)

test('a signal that comes while the command starts is not lost', async () => {
  // sh's parent is the command line itself, which is still busy with the start.
  const script = 'kill -TERM $PPID; echo $$; exec sleep 300'
  const args = [bin, 'run', '--sysroot', 'host', '--', 'sh', '-c', script]
  const { exitCode, stdout } = await execa(process.execPath, args, { reject: false, stdin: 'ignore' })
  expect(exitCode).toBe(143)
  expect(stdout === '' || !isAlive(Number(stdout))).toBe(true)
})

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => stream.once('data', (data) => resolve(String(data).trim())))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
