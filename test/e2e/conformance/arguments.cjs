// Values of every type where Node documents strings, lists and objects, and those that are odd.
const { ChildProcess } = require('node:child_process')
const { join } = require('node:path')
const vm = require('node:vm')
const { isMainThread } = require('node:worker_threads')
const { calledBack, follow, outcome, syncOf, textOf } = require('./observe.cjs')

const env = { A: '1' }

function argumentCases({ at, dir }) {
  return {
    // arguments and options
    'argv: values that are no strings': async (api) => {
      const odd = [1, null, undefined, true, 1.5, 10n, { toString: () => 'object' }, ['a', 'b']]
      return [
        await outcome(() => follow(api.spawn(at('print-libc'), ['0', ...odd], { env }))),
        await outcome(() => syncOf(api.spawnSync(at('print-libc'), ['0', ...odd], { env }))),
        await outcome(() => textOf(api.execFileSync(at('print-libc'), ['0', ...odd], { env }))),
        await outcome(() => syncOf(api.spawnSync(at('print-libc'), ['0', Symbol('s')], { env }))),
      ]
    },
    'argv: a list with holes': (api) =>
      // biome-ignore lint/suspicious/noSparseArray: what Node makes of it is the question
      outcome(() => syncOf(api.spawnSync(at('print-libc'), ['0', , 'after'], { env }))),
    'argv: lone surrogates': (api) => syncOf(api.spawnSync(at('print-libc'), ['0', '\ud800', 'a\udfffb'], { env })),
    'argv0: empty, and of a script': async (api) => [
      await follow(api.spawn(at('print-libc'), { argv0: '', env })),
      syncOf(api.spawnSync(join(dir, 'script'), ['more'], { argv0: 'other', env })),
    ],
    'of another realm': async (api) => {
      const there = vm.createContext({ dir })
      const make = (text) => vm.runInContext(text, there)
      return [
        await follow(api.spawn(at('print-libc'), make('["0", "a"]'), make('({ env: { B: "2" }, cwd: dir })'))),
        syncOf(api.spawnSync(at('echo-stdin'), make('[]'), { input: make('new Uint8Array([97, 98])') })),
        syncOf(api.spawnSync(at('echo-stdin'), make('({ input: new DataView(new ArrayBuffer(2)), encoding: "hex" })'))),
        await calledBack((done) => api.execFile(at('exit-with'), make('["3"]'), make('({ maxBuffer: 5 })'), done)),
        await outcome(() => follow(api.spawn(at('echo-stdin'), { signal: make('({ aborted: true })') }))),
      ]
    },
    'options: inherited, and read by getters': async (api) => {
      let reads = 0
      const options = Object.create(
        { cwd: dir },
        {
          env: {
            enumerable: true,
            get() {
              reads += 1
              return { READS: `${reads}` }
            },
          },
        },
      )
      return [
        await follow(api.spawn(at('print-libc'), ['0'], options)),
        syncOf(api.spawnSync(at('print-libc'), options)),
        reads,
      ]
    },
    'options: null, none, a callback in their place': async (api) => [
      await outcome(() => follow(api.spawn(at('exit-with'), null))),
      await outcome(() => follow(api.spawn(at('exit-with'), ['3'], null))),
      await outcome(() => follow(api.spawn(at('exit-with'), undefined, undefined))),
      await outcome(() => calledBack((done) => api.execFile(at('exit-with'), done))),
      await outcome(() => calledBack((done) => api.execFile(at('exit-with'), null, null, done))),
      await outcome(() => calledBack((done) => api.execFile(at('exit-with'), { env }, done))),
      await outcome(() => follow(api.execFile(at('exit-with'), ['0', 'out']))),
      await outcome(() => syncOf(api.spawnSync(at('exit-with'), null, { encoding: 'utf8' }))),
    ],
    'options: of a wrong type': async (api) => {
      const wrong = [
        { cwd: 5 },
        { cwd: 'a\0b' },
        { cwd: new URL('http://example.invalid/') },
        { detached: 'x' },
        { uid: -1.5 },
        { gid: 'x' },
        { shell: 5 },
        { argv0: 5 },
        { argv0: 'a\0' },
        { windowsHide: 'x' },
        { timeout: -1 },
        { killSignal: 'SIGNOPE' },
        { killSignal: 999 },
        { serialization: 'x' },
        { signal: {} },
        { env: { A: 'a\0b' } },
        { env: { 'A\0': 'b' } },
        { env: { A: Symbol('a') } },
        { stdio: 'nonsense' },
        { stdio: [{}] },
        { stdio: ['ipc', 'ipc'] },
        { maxBuffer: -1, input: 'x' },
        { input: 5, stdio: 'pipe' },
        { encoding: 'nonsense', stdio: 'ignore' },
      ]
      const threw = []
      for (const options of wrong) {
        const asked = { stdio: 'ignore', ...options }
        threw.push([
          await outcome(() => follow(api.spawn(at('exit-with'), [], asked))),
          await outcome(() => syncOf(api.spawnSync(at('exit-with'), [], asked))),
          await outcome(() => calledBack((done) => api.execFile(at('exit-with'), [], options, done))),
        ])
      }
      return threw
    },
    // environment
    'env: symbols, odd names, many': (api) => {
      const odd = { [Symbol('s')]: 'no', '': 'empty', 'A=B': 'c', 'with space': 'd', ö: 'ü', X: ['a', 'b'], Y: false }
      const many = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`V${index}`, `${index}`]))
      return [odd, many].map((variables) => syncOf(api.spawnSync(at('print-libc'), { env: variables })))
    },
    'env: process.env as it is at the start': async (api) => {
      process.env.ADDED_BY_THE_TEST = 'ö'
      try {
        return [await follow(api.spawn(at('print-libc'))), textOf(api.execFileSync(at('print-libc')))]
      } finally {
        delete process.env.ADDED_BY_THE_TEST
      }
    },
    'env: what ld.so reads': (api) =>
      [
        { LD_LIBRARY_PATH: '/nowhere:' },
        { LD_PRELOAD: '' },
        { LD_AUDIT: '' },
        { LD_WARN: '1' },
        { GLIBC_TUNABLES: 'glibc.malloc.perturb=1' },
      ].map((variables) => syncOf(api.spawnSync(at('print-libc'), { env: variables }))),
    'envPairs: order and duplicates': async () => {
      const pairs = ['Z=1', 'A=1', 'A=2', 'NOTHING', '=x', 'PATH=/nowhere', `PATH=${dir}`, '']
      const one = new ChildProcess()
      return outcome(() => {
        one.spawn({ file: at('print-libc'), args: ['print-libc', '0'], envPairs: pairs, stdio: 'pipe' })
        return follow(one)
      })
    },
    'envPairs: the first PATH of two': async () => {
      const one = new ChildProcess()
      const envPairs = [`PATH=${dir}`, 'PATH=/nowhere']
      return outcome(() => {
        one.spawn({ file: 'print-libc', args: ['print-libc', '0'], envPairs, stdio: 'pipe' })
        return follow(one)
      })
    },
    // A thread's process.env is not what the kernel hands on.
    ...(isMainThread && {
      'ChildProcess: the least that may be said': () => {
        const one = new ChildProcess()
        return outcome(() => {
          one.spawn({ file: at('print-libc'), args: [at('print-libc'), 5] })
          return follow(one)
        })
      },
    }),
  }
}

module.exports = { argumentCases }
