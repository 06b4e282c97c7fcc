// Makes packages/cli/dist of the sources: the command as a few files of CommonJS, with the part of core that keeps sysroots
// (`@glibc-matrix/core/store`) in them. Node takes 0.2 ms for each module of CommonJS and 0.8 ms for each ES module, and a short command
// needs a hundred of them. What plans, starts and reports stays in core, and dependencies stay what they are, but for valibot, of which
// a tenth is used.
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const packages = fileURLToPath(new URL('../packages/', import.meta.url))
const dist = join(packages, 'cli/dist')
const bundled = { '@glibc-matrix/core/store': join(packages, 'core/src/store.ts'), valibot: null }

mkdirSync(dist, { recursive: true })
// tsc has checked the same sources, and leaves its notes in `types`.
for (const name of readdirSync(dist)) if (name !== 'types') rmSync(join(dist, name), { recursive: true })
const bundle = await rolldown({
  input: { bin: join(packages, 'cli/src/bin.ts') },
  platform: 'node',
  // No module of ours does anything by being loaded: a command needs what it uses alone.
  treeshake: { moduleSideEffects: false },
  plugins: [{ name: 'sources', resolveId: { filter: { id: /^[^/]/ }, handler: sourceOf } }],
  onLog: (level, log) => {
    if (level === 'warn') throw new Error(log.message)
  },
})
await bundle.write({ dir: dist, format: 'cjs', entryFileNames: '[name].js', chunkFileNames: '[name].js' })
await bundle.close()
chmodSync(join(dist, 'bin.js'), 0o755)
// The licence wants to be where the code is.
const valibot = dirname(dirname(createRequire(join(packages, 'core/package.json')).resolve('valibot')))
copyFileSync(join(valibot, 'LICENSE.md'), join(dist, 'LICENSE-valibot.md'))

function sourceOf(specifier, importer) {
  if (specifier.startsWith('.')) return this.resolve(specifier.replace(/js$/, 'ts'), importer, { skipSelf: true })
  if (specifier in bundled) return bundled[specifier]
  return { id: specifier, external: true }
}
