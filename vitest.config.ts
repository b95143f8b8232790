// The same specs three times: the addon in Node, WebAssembly in Node, WebAssembly in a real Chromium. And the playground's own.
import { accessSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

const specs = 'test/**/*.test.ts'
const nodeOnly = 'test/node/**'
const limits = { testTimeout: 60_000, hookTimeout: 60_000 }

function node(backend: 'native' | 'wasm') {
  return {
    resolve: { alias: { '#gibbsite': resolve('dist/index.mjs') } },
    test: {
      ...limits,
      name: `node-${backend}`,
      include: [specs],
      setupFiles: ['test/support/setup.ts'],
      provide: { backend },
      env: { GIBBSITE_BACKEND: backend },
    },
  }
}

/** Debian's Chromium: nothing is downloaded. Where it is missing, the project fails. */
function chromium(): string {
  if (process.env['CHROMIUM']) return process.env['CHROMIUM']
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'chromium'))
  return candidates.find(exists) ?? 'chromium'
}

function exists(file: string): boolean {
  try {
    accessSync(file)
    return true
  } catch {
    return false
  }
}

// --no-sandbox: Chromium refuses to run as root with its sandbox, and containers seldom have another user.
const chromiumFlags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

const browser = {
  resolve: { alias: { '#gibbsite': resolve('dist/browser.js') } },
  optimizeDeps: { include: ['fast-check', 'fast-png'] },
  test: {
    ...limits,
    name: 'chromium-wasm',
    include: [specs],
    exclude: [nodeOnly, 'node_modules/**'],
    setupFiles: ['test/support/setup.ts'],
    provide: { backend: 'wasm' as const },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: 'chromium' as const }],
      provider: playwright({ launchOptions: { executablePath: chromium(), args: chromiumFlags.split(' ') } }),
    },
  },
}

/** The playground, driven in Chromium. One file after the other: they share one browser, and each keeps a core busy. */
const playground = {
  test: {
    ...limits,
    name: 'playground',
    include: ['playground/test/**/*.test.ts'],
    globalSetup: ['playground/test/support/global-setup.ts'],
    fileParallelism: false,
    expect: { poll: { timeout: 20_000 } },
    env: { CHROMIUM: chromium() },
  },
}

export default defineConfig({ test: { projects: [node('native'), node('wasm'), browser, playground] } })
