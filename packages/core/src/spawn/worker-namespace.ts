import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { namespacePath } from '@glibc-matrix/native'
import type { WorkerNamespace } from '../reroute/strategies/strategy.js'
import type { Interception, SpawnRequest } from './request.js'

/** The mount namespace that this process was started in, for the programs of one column. */
export interface OwnNamespace extends WorkerNamespace {
  readonly column: string
}

const variable = 'GLIBC_MATRIX_NAMESPACE'
let count = 0

/** A worker's Node as it is, in a mount namespace with a broker that shows copies in it (packages/native/c/broker.h). */
export function startInNamespace(request: SpawnRequest, column: string, directory: string): Interception {
  const place = join(directory, `b${process.pid}.${count++}`)
  return {
    file: namespacePath() ?? '',
    args: ['glibc-matrix-namespace', '--worker', place, request.file, ...request.args],
    envPairs: [...request.envPairs, `${variable}=${place} ${column}`],
    failed: () => {},
  }
}

let taken: OwnNamespace | null = null

/** This process's own namespace, which its environment tells once: what it starts in turn must not ask the broker. */
export function takeNamespace(): OwnNamespace | null {
  const text = process.env[variable]
  if (text === undefined) return taken
  delete process.env[variable]
  const space = text.indexOf(' ')
  taken = openNamespace(text.slice(0, space), text.slice(space + 1))
  return taken
}

function openNamespace(place: string, column: string): OwnNamespace {
  const requests = openSync(`${place}.q`, constants.O_WRONLY)
  const answers = openSync(`${place}.a`, constants.O_RDONLY)
  process.once('exit', () => {
    for (const fd of [requests, answers]) closeSync(fd)
  })
  return {
    column,
    show(copy, program) {
      const request = Buffer.from(`${copy}\0${program}\0`)
      // What is longer than PIPE_BUF may arrive in parts (pipe(7)).
      return request.length <= 4096 && ask(requests, answers, request)
    },
  }
}

/** False also when the broker is gone: each start then gets a namespace of its own. */
function ask(requests: number, answers: number, request: Buffer): boolean {
  const answer = Buffer.alloc(64)
  try {
    writeSync(requests, request)
    return answer.toString('latin1', 0, readSync(answers, answer)) === 'ok\n'
  } catch {
    return false
  }
}
