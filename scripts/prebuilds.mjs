// Release binaries from binding.gyp: prebuilds/<platform>/gibbsite.<libc>.node, which node-gyp-build finds in the package.
//   node scripts/prebuilds.mjs             for this machine; on Linux x64 also for arm64, where Debian's cross compiler is there
//   node scripts/prebuilds.mjs --host      for this machine only
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensurePackages, NATIVE_SOURCES, outdated, preferredCompiler } from './lib/build.mjs'
import { ensureTools } from './lib/debian.mjs'
import { bin, compile, main, root, which } from './lib/run.mjs'

const SOURCES = [...NATIVE_SOURCES, 'binding.gyp']
const CROSS = 'aarch64-linux-gnu'

function prebuildify(result, args, env) {
  if (!outdated(result, SOURCES)) return
  console.log(`building ${result}`)
  compile(bin('prebuildify'), ['--napi', '--strip', '--tag-libc', ...args], { env })
  // node-gyp's folder, which node-gyp-build would prefer to the prebuilds, whatever machine it was built for.
  rmSync(join(root, 'build'), { recursive: true, force: true })
}

/** The binary for this machine. */
export function prebuildHost() {
  const { platform, arch } = process
  prebuildify(`prebuilds/${platform}-${arch}/gibbsite.glibc.node`, [], preferredCompiler())
}

function prebuildArm64() {
  const compilers = { CC: `${CROSS}-gcc-12`, CXX: `${CROSS}-g++-12` }
  if (process.platform !== 'linux' || process.arch !== 'x64' || !which(compilers.CXX)) {
    console.log("no arm64 binary: it takes Debian's g++-12-aarch64-linux-gnu on Linux x64")
    return
  }
  prebuildify(
    'prebuilds/linux-arm64/gibbsite.glibc.node',
    ['--arch', 'arm64', '--strip-bin', `${CROSS}-strip`],
    compilers,
  )
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(() => {
    ensurePackages()
    ensureTools(['compiler', 'make', 'python'])
    prebuildHost()
    if (!process.argv.includes('--host')) prebuildArm64()
  })
}
