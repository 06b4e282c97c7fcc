import type { ColumnIdentity } from '../../../packages/core/src/evidence/proof.js'
import type { MappedLine, MappedObject, SpawnLine, TestPlace } from '../../../packages/core/src/evidence/record.js'

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
}

export function object(path: string, soname: string | null = null): MappedObject {
  return { path, soname, device: 'fe:0', inode: '77', buildId: 'cc33' }
}

export function mapped(objects: readonly MappedObject[], id = 'aaaaaaaa00000000'): MappedLine {
  return { type: 'mapped', id, pid: 42, ppid: 41, program: program.path, objects }
}

export const place: TestPlace = { column: '2.31', file: 'a.test.ts', test: 'works', retry: 0 }

export function spawned(more: Partial<SpawnLine> = {}): SpawnLine {
  return {
    type: 'spawn',
    id: 'aaaaaaaa00000000',
    place,
    decision: 'reroute',
    code: 'native',
    reason: 'a program whose libraries and versions are all there',
    program: program.path,
    command: [program.path],
    cwd: '/project',
    env: {},
    compatible: true,
    missing: [],
    hostLibraries: [],
    ...more,
  }
}
