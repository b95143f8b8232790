// Two libraries from one source: Node (addon, then WASM) and browsers (WASM, with a Web Worker for long calls), and the command.
import { defineConfig } from 'tsdown'
import { chunkOf, lazyLibrary } from './scripts/lib/lazy-library.ts'

const shared = { clean: false, target: 'es2022', sourcemap: false, fixedExtension: true, dts: false } as const

// fast-png goes into the files: it loads in a third of the time, and with the inflate of browsers, which needs no thread.
const bundled = { deps: { alwaysBundle: ['fast-png', 'fflate', 'iobuffer'] }, alias: { fflate: 'fflate/browser' } }

export default defineConfig([
  {
    ...shared,
    ...bundled,
    entry: { index: 'src/index.node.ts' },
    format: ['cjs'],
    platform: 'node',
    shims: true,
    inputOptions: { preserveEntrySignatures: 'allow-extension' },
    plugins: [lazyLibrary()],
    outputOptions: {
      comments: false,
      chunkFileNames: '[name].cjs',
      codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: (file) => chunkOf(file) ?? null }] },
    },
  },
  // Types: a page and `import` share them, `require` needs a file of its own.
  {
    ...shared,
    entry: { index: 'src/index.node.ts', browser: 'src/index.browser.ts' },
    format: ['esm'],
    platform: 'node',
    dts: { emitDtsOnly: true },
    outputOptions: { chunkFileNames: 'types.mjs' },
  },
  {
    ...shared,
    entry: { index: 'src/index.node.ts' },
    format: ['cjs'],
    platform: 'node',
    dts: { emitDtsOnly: true },
  },
  {
    ...shared,
    entry: { browser: 'src/index.browser.ts', 'kernel-worker': 'src/backend/kernel-worker.ts' },
    format: ['esm'],
    platform: 'browser',
    deps: { alwaysBundle: [/./] }, // one file that a page can import without a bundler
    minify: true,
    outExtensions: () => ({ js: '.js' }),
  },
  {
    ...shared,
    ...bundled,
    entry: { cli: 'src/cli/main.ts', 'model-hooks': 'src/cli/model-hooks.ts' },
    format: ['esm'],
    platform: 'node',
    outputOptions: { comments: false },
  },
])
