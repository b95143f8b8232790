// The playground as static files that work from any folder of a server.
import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const here = import.meta.dirname

const quiet = { checks: { pluginTimings: false } }

export default defineConfig({
  root: here,
  base: './',
  publicDir: false,
  resolve: { alias: { gibbsite: resolve(here, '../dist/browser.js') } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', rolldownOptions: quiet },
  // Nothing inlined: the page's content policy allows only files of its own.
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: quiet,
  },
  server: { fs: { allow: [resolve(here, '..')] } },
})
