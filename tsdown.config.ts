// Two libraries from one source: Node (addon, then WASM) and browsers (WASM, with a Web Worker for long calls), and the command.
import { defineConfig } from 'tsdown'

const shared = { clean: false, target: 'es2022', sourcemap: false, fixedExtension: true } as const

export default defineConfig([
  {
    ...shared,
    entry: { index: 'src/index.node.ts' },
    format: ['esm', 'cjs'],
    platform: 'node',
    shims: true,
    dts: true,
  },
  {
    ...shared,
    entry: { browser: 'src/index.browser.ts', 'kernel-worker': 'src/backend/kernel-worker.ts' },
    format: ['esm'],
    platform: 'browser',
    deps: { alwaysBundle: [/./] }, // one file that a page can import without a bundler
    dts: true,
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  },
  {
    ...shared,
    entry: { cli: 'src/cli/main.ts', 'model-hooks': 'src/cli/model-hooks.ts' },
    format: ['esm'],
    platform: 'node',
    dts: false,
  },
])
