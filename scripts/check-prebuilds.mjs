// node scripts/check-prebuilds.mjs: whether prebuilds/ holds a binary for every platform that a release promises.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, main, root } from './lib/run.mjs'

const PROMISED = [
  'linux-x64/gibbsite.glibc.node',
  'linux-x64/gibbsite.musl.node',
  'linux-arm64/gibbsite.glibc.node',
  'linux-arm64/gibbsite.musl.node',
  'darwin-x64/gibbsite.glibc.node', // prebuildify names a C library on every platform
  'darwin-arm64/gibbsite.glibc.node',
  'win32-x64/gibbsite.glibc.node',
]

await main(() => {
  const missing = PROMISED.filter((file) => !existsSync(join(root, 'prebuilds', file)))
  if (missing.length > 0) throw new Failure(`prebuilds/ lacks ${missing.join(', ')}`)
})
