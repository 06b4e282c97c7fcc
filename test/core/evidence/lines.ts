import type { ColumnIdentity } from '../../../packages/core/src/evidence/proof.js'
import type {
  ExecLine,
  MappedLine,
  MappedObject,
  SpawnLine,
  TestPlace,
} from '../../../packages/core/src/evidence/record.js'

const directory = '/store/bullseye/lib'

export const libc: MappedObject = {
  path: `${directory}/libc-2.31.so`,
  soname: 'libc.so.6',
  device: 'fe:0',
  inode: '4711',
  buildId: 'aa11',
}

export const hostLibc: MappedObject = {
  path: '/usr/lib/x86_64-linux-gnu/libc.so.6',
  soname: 'libc.so.6',
  device: 'fe:0',
  inode: '99',
  buildId: 'bb22',
}

export const program: MappedObject = {
  path: '/project/tool',
  soname: null,
  device: 'fe:0',
  inode: '5',
  buildId: null,
}

export const column: ColumnIdentity = {
  name: '2.31',
  libc,
  provides: ['libc.so.6', 'libm.so.6', 'libgcc_s.so.1'],
  hostDirectories: ['/usr/lib/x86_64-linux-gnu'],
  loaders: ['/run/0d', '/run/0h'],
  family: ['libc.so.6', 'libm.so.6'],
  directories: [directory],
  libcBuildIds: ['aa11', 'bb22'],
}

/** The column that tools of the host are held against. */
export const hostColumn: ColumnIdentity = {
  name: 'host',
  libc: hostLibc,
  provides: [],
  hostDirectories: [],
  loaders: ['/run/0d'],
  family: [],
  directories: ['/usr/lib/x86_64-linux-gnu'],
  libcBuildIds: ['aa11', 'bb22'],
}

export function object(path: string, soname: string | null = null): MappedObject {
  return { path, soname, device: 'fe:0', inode: '77', buildId: 'cc33' }
}

const id = 'aaaaaaaa00000000'
/** The token of the process that the hook itself starts. */
const root = '0'.repeat(16)

export function mapped(objects: readonly MappedObject[], more: Partial<MappedLine> = {}): MappedLine {
  return {
    type: 'mapped',
    id,
    token: root,
    kind: 'program',
    pid: 42,
    ppid: 41,
    program: program.path,
    objects,
    ...more,
  }
}

/** A start of a program by a process of the tree. */
export function exec(token: string, more: Partial<ExecLine> = {}): ExecLine {
  return { type: 'exec', id, token, pid: 42, how: 'program', program: '/project/inner', reason: '', ...more }
}

export const place: TestPlace = { column: '2.31', file: 'a.test.ts', test: 'works', retry: 0 }

export function spawned(more: Partial<SpawnLine> = {}): SpawnLine {
  return {
    type: 'spawn',
    id,
    place,
    worker: null,
    decision: 'reroute',
    code: 'native',
    reason: 'a program whose libraries and versions are all there',
    followed: false,
    program: program.path,
    command: [program.path],
    cwd: '/project',
    env: {},
    strategy: 'loader',
    strategyReason: null,
    compatible: true,
    missing: [],
    hostLibraries: [],
    ...more,
  }
}
