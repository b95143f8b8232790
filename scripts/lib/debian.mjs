// System tools, which Debian delivers: installed when we are root, asked for in one sentence otherwise.
import { existsSync } from 'node:fs'
import { Failure, run, which } from './run.mjs'

// What is looked for (commands, or one file), and the Debian package that brings it.
const TOOLS = {
  compiler: { commands: ['clang++-19', 'c++', 'g++', 'clang++'], package: 'g++' },
  cmake: { commands: ['cmake'], package: 'cmake' },
  make: { commands: ['make'], package: 'make' },
  python: { commands: ['python3'], package: 'python3' },
  sklearn: { file: '/usr/lib/python3/dist-packages/sklearn', package: 'python3-sklearn' }, // for the documentation
  emscripten: { commands: ['emcc'], package: 'emscripten' },
  chromium: { commands: ['chromium', process.env.CHROMIUM ?? 'chromium'], package: 'chromium' },
  doctest: { file: '/usr/include/doctest/doctest.h', package: 'doctest-dev' },
  clangFormat: { commands: ['clang-format-19'], package: 'clang-format-19' },
  gcc: { commands: ['g++'], package: 'g++' }, // the sanitizers' compiler
  curl: { commands: ['curl'], package: 'curl' }, // asks the server, in the documentation
  zsh: { commands: ['zsh'], package: 'zsh' }, // completion is tried in the shells themselves
  fish: { commands: ['fish'], package: 'fish' },
  objdump: { commands: ['objdump'], package: 'binutils' },
}

const present = ({ commands, file }) => (file ? existsSync(file) : commands.some(which))

/** Makes sure of the named tools. */
export function ensureTools(names) {
  const packages = [...new Set(names.filter((name) => !present(TOOLS[name])).map((name) => TOOLS[name].package))]
  if (packages.length === 0) return
  const wanted = packages.join(' ')
  if (process.getuid?.() !== 0 || !which('apt-get')) {
    throw new Failure(
      `${wanted} ${packages.length > 1 ? 'are' : 'is'} missing; on Debian: sudo apt-get install ${wanted}`,
    )
  }
  console.log(`installing ${wanted}`)
  install(packages)
  const missing = names.filter((name) => !present(TOOLS[name]))
  if (missing.length > 0) throw new Failure(`apt-get installed ${wanted}, but there is still no ${missing.join(', ')}`)
}

function install(packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] }
  run('apt-get', ['update', '-q'], quiet)
  run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], quiet)
}
